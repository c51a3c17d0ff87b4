import { KindboxError } from '../../errors/index.js';
import { observeClusters } from '../../cluster/observe.js';
import { criOf } from '../../nodes/container-runtime.js';
import { IMAGE_LABELS, LABELS } from '../../nodes/labels.js';
import type { ObservedContainer } from '../../provider/standalone.js';
import { SCRIPTS } from '../build/node-image.js';
import type { CommitContext } from './index.js';

export interface CommittableNode extends ObservedContainer {
  readonly kubernetesVersion: string;
}

/** Where kubeadm and the kubelet put what belongs to one cluster only. Patterns are of `find -path`. */
const STATE = ['/etc/kubernetes/*.conf', '/etc/kubernetes/pki/*', '/etc/kubernetes/manifests/*.yaml', '/var/lib/kubelet/config.yaml', '/var/lib/kubelet/pki/*', '/var/lib/etcd/member'];
const STATE_FOLDERS = ['/etc/kubernetes', '/var/lib/kubelet', '/var/lib/etcd'];
const CAVEAT = 'It carries the configuration of its cluster: certificates, addresses and names that no other cluster can use.';

/**
 * The node of that name, if an image can be made of it.
 * @throws KindboxError usage for one with the state of a cluster (document 003: the image could be made, but not used),
 * or of another kind; notFound; cluster when it does not run.
 */
export async function findCommittable(context: CommitContext, name: string): Promise<CommittableNode> {
  const { provider, standalone, signal } = context;
  const node = await standalone.findContainer(name, signal);
  if (node === undefined) {
    if ((await observeClusters(provider, signal, name)).has(name)) throw refusal(`${name} is a cluster, of which no node image can be made`, CAVEAT);
    throw new KindboxError(`There is no node named ${name}`, { reason: 'notFound', next: ['kindbox node run', 'docker ps'] });
  }
  const cluster = node.labels[LABELS.cluster];
  if (cluster !== undefined && cluster !== '') throw refusal(`${name} is a node of the cluster ${cluster}`, CAVEAT);
  const kubernetesVersion = node.labels[IMAGE_LABELS.kubernetesVersion];
  if (kubernetesVersion === undefined || node.labels[IMAGE_LABELS.layout] !== 'shared') {
    throw refusal(`${name} is not a node`, `Its image, ${node.image}, is none that kindbox image build or preload made.`);
  }
  if (criOf(node.labels[IMAGE_LABELS.cri]) !== 'containerd') {
    throw refusal(`No image can be made of ${name}`, 'It has Docker inside, whose images of pods are kept outside of the container.');
  }
  if (node.declaredVolumes.length > 0) {
    throw refusal(`No image can be made of ${name}`, `It was started with --volume, so that every container of the image would have a volume at ${node.declaredVolumes.join(' and ')}.`);
  }
  if (!node.running) throw new KindboxError(`${name} is not running`, { reason: 'cluster', because: 'Its containerd tells what images it has.', next: [`docker start ${name}`] });
  const state = await clusterState(context, node);
  if (state.length > 0) throw refusal(`${name} carries the state of a cluster`, `${CAVEAT} Found: ${state.slice(0, 3).join(', ')}.`);
  await requireScripts(context, node);
  return { ...node, kubernetesVersion };
}

async function clusterState({ provider, signal }: CommitContext, node: ObservedContainer): Promise<string[]> {
  const anyOf = STATE.flatMap((pattern, at) => (at === 0 ? ['-path', pattern] : ['-o', '-path', pattern]));
  // It fails for folders that are not there, which is as it should be.
  const { stdout } = await provider.exec(node.id, ['find', ...STATE_FOLDERS, '-maxdepth', '2', ...anyOf], { signal });
  return stdout.split('\n').filter((path) => path !== '');
}

async function requireScripts({ provider, signal }: CommitContext, node: ObservedContainer): Promise<void> {
  const { exitCode } = await provider.exec(node.id, ['test', '-x', SCRIPTS.seal], { signal });
  if (exitCode === 0) return;
  throw new KindboxError(`The image ${node.image} is of an older version of kindbox`, {
    reason: 'image', because: `It has no ${SCRIPTS.seal}.`, next: ['kindbox image build', 'kindbox node run'],
  });
}

function refusal(message: string, because: string): KindboxError {
  return new KindboxError(message, {
    reason: 'usage', because, next: ['kindbox node run --name my-node', 'Load or pull images into that node, and commit it', 'kindbox image preload -t TAG --image IMAGE'],
  });
}
