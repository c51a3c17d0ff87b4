import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../scripts/machine/commands.mjs';
import { kindbox } from '../../scripts/workspace/paths.mjs';
import { diskOfNode } from './disk.mjs';
import { usageOfNode } from './usage.mjs';

/** Creates a cluster of so many nodes, measures it, and destroys it. Times are in milliseconds, as a user waits. */
export async function measureCluster({ name, nodes, runtime }) {
  const home = mkdtempSync(join(tmpdir(), 'kindbox-bench-'));
  const options = { env: { HOME: home, KUBECONFIG: '' } };
  try {
    const argv = ['create', `--num-workers=${nodes - 1}`, `--runtime=${runtime}`, '--wait-all', '--json', '--progress=quiet', name];
    const create = await timed(() => json(argv, options));
    const created = create.value;
    const perNode = await Promise.all(created.nodes.map(async (node) => ({
      name: node.name, role: node.role, disk: await diskOfNode(node.id), ...(await usageOfNode(node.id)),
    })));
    const destroy = await timed(() => json(['destroy', '--json', '--progress=quiet', name], options));
    return {
      nodes, runtime, image: created.image, kubernetesVersion: created.kubernetesVersion, milestones: created.milestones,
      createMs: create.ms, destroyMs: destroy.ms, perNode,
    };
  } finally {
    // Idempotent: there is something left only if the above has failed.
    await mustRun([kindbox, 'destroy', '--progress=quiet', name], options);
    rmSync(home, { recursive: true, force: true });
  }
}

async function timed(action) {
  const startedAt = performance.now();
  const value = await action();
  return { value, ms: Math.round(performance.now() - startedAt) };
}

function json(argv, { env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(kindbox, argv, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(chunks).toString();
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`kindbox ${argv.join(' ')} failed (${code}): ${text}`));
    });
  });
}
