import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensureGoTool } from '../../support/go-tool.js';
import { KIND } from '../../support/kind-cluster.js';
import type { SecondDockerd } from '../../support/second-dockerd.js';
import type { Contestant } from '../contestant.js';
import { Engine } from '../engine.js';

/** kind as it is published. It cannot choose a runtime: the daemon's default one is the stand-in for Sysbox. */
export async function kindContestant(name: string, daemon: SecondDockerd, image: string): Promise<Contestant> {
  const [program, folder] = await Promise.all([ensureGoTool(KIND.module, KIND.version), mkdtemp(join(tmpdir(), 'kindbox-bench-kind-'))]);
  const engine = new Engine(daemon.address);
  const kind = (argv: readonly string[], input?: string): Promise<string> =>
    daemon.run(program, argv, { env: { KUBECONFIG: join(folder, 'kubeconfig') }, ...(input === undefined ? {} : { stdin: 'pipe' as const, input }) });
  return {
    name, engine,
    create: async (cluster, workers) => {
      await kind(['create', 'cluster', '--name', cluster, `--image=${image}`, '--config=-'], configurationOf(workers));
    },
    controlPlane: (cluster) => `${cluster}-control-plane`,
    nodes: async (cluster) => (await kind(['get', 'nodes', '--name', cluster])).split('\n').filter((line) => line !== '')
      .sort((a, b) => Number(b.endsWith('control-plane')) - Number(a.endsWith('control-plane'))),
    destroy: async (cluster) => { await kind(['delete', 'cluster', '--name', cluster]); },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function configurationOf(workers: number): string {
  const roles = ['control-plane', ...Array.from({ length: workers }, () => 'worker')];
  return stringify({ kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', nodes: roles.map((role) => ({ role })) });
}
