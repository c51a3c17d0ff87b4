import { chooseCni, cniImages } from '../../cni/cni.js';
import { pause, POLL_MS } from '../../kubernetes/wait.js';
import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import { podImages } from '../../nodes/pod-images.js';
import type { OperationRun } from '../../plan/execute.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

/** The API server takes a moment to know the kinds that a manifest defines before it uses them. */
const UNKNOWN_KIND = /no matches for kind|could not find the requested resource/;

export async function applyCni(session: ClusterSession, operation: Of<'apply-cni'>, run: OperationRun): Promise<void> {
  const { preloaded, manifest } = await chooseCni(operation.cni);
  if (manifest === undefined) return;
  const stdin = await manifest({ podSubnet: operation.podSubnet, apiServer: new URL(session.internalServer) });
  const argv = ['kubectl', '--kubeconfig', session.operator.path, 'apply', '--server-side', '-f', '-'];
  // Checking costs a download of the API's whole description; what is ours has been checked.
  if (preloaded) argv.push('--validate=false');
  const deadline = Date.now() + session.settings.waitMs;
  for (;;) {
    const result = await execWhileRunning(session.provider, session.node(operation.node), argv, { signal: run.signal, stdin });
    if (result.exitCode === 0) return;
    if (!UNKNOWN_KIND.test(result.stderr) || Date.now() > deadline) {
      throw session.failure(`The API server refused the manifest of ${operation.cni}`, 'kubectl apply failed.', tail(result.stderr));
    }
    await pause(POLL_MS, run.signal);
  }
}

/** Says before the wait, and not after it, that every node is going to pull. */
export async function lookForImages(session: ClusterSession, operation: Of<'look-for-images'>, run: OperationRun): Promise<void> {
  const settings = { podSubnet: operation.podSubnet, apiServer: new URL('https://localhost:6443') };
  const [wanted, there] = await Promise.all([
    chooseCni(operation.cni).then((cni) => cniImages(cni, settings)), podImages(session.provider, session.node(operation.node), run.signal),
  ]);
  const missing = wanted.filter((image) => !there.has(image));
  if (missing.length === 0) return;
  session.context.emit({
    type: 'note', level: 'warning', at: Date.now(),
    message: `Every node is going to pull ${missing.join(', ')}: the node image does not have them. Put them in with: kindbox image preload -t my-node ${missing.map((image) => `--image ${image}`).join(' ')}`,
  });
}
