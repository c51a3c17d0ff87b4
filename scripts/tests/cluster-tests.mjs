import { randomBytes } from 'node:crypto';
import { toStderr } from '../machine/commands.mjs';
import { runJest } from './runners.mjs';
import { sweepClusters } from './sweep.mjs';

/** Runs a project whose tests make clusters. Serially: each wants the whole machine, and what is left behind can be told apart. */
export async function runClusterTests(project, options = [], env = {}) {
  const prefix = `kbt${randomBytes(3).toString('hex')}`;
  try {
    return await runJest(project, ['--runInBand', '--testTimeout=600000', '--verbose', ...options], { KINDBOX_TEST_PREFIX: prefix, ...env });
  } finally {
    const swept = await sweepClusters(prefix);
    if (swept.length > 0) toStderr(`Removed what the ${project} tests left: ${swept.join(' ')}`);
  }
}
