import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Contestant } from '../contestant.js';
import type { Engine } from '../engine.js';

const PROGRAM = fileURLToPath(new URL('../../../bin/kindbox', import.meta.url));

export async function kindboxContestant(engine: Engine, runtime: string, { name = 'kindbox', options = [] }: { name?: string; options?: readonly string[] } = {}): Promise<Contestant> {
  const home = await mkdtemp(join(tmpdir(), 'kindbox-bench-'));
  const kindbox = async (...argv: string[]): Promise<string> => {
    const { stdout } = await execa(PROGRAM, [...argv, '--progress=quiet'], { env: { HOME: home, KUBECONFIG: '', DOCKER_HOST: engine.host }, stdin: 'ignore' });
    return stdout;
  };
  return {
    name, engine,
    create: async (cluster, workers) => { await kindbox('create', `--num-workers=${workers}`, `--runtime=${runtime}`, ...options, cluster); },
    controlPlane: (cluster) => `${cluster}-master`,
    nodes: async (cluster) => {
      const { clusters } = JSON.parse(await kindbox('list', '--json')) as { clusters: { name: string; nodes: { name: string }[] }[] };
      return clusters.find((found) => found.name === cluster)?.nodes.map((node) => node.name) ?? [];
    },
    resize: async (cluster, workers) => { await kindbox('resize', '--wait-all', `--num-workers=${workers}`, cluster); },
    destroy: async (cluster) => { await kindbox('destroy', cluster); },
    close: () => rm(home, { recursive: true, force: true }),
  };
}
