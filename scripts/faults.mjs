// npm run faults [-- -t PATTERN]: every fault at every stage of every command, on real clusters; a table at the end.
// npm run faults -- --seed N --runs 50: that many random lives of clusters behind a faulty proxy, the same for the same seed.
import { parseArgs } from 'node:util';
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { ensureNetworkTools } from './machine/ensure-network-tools.mjs';
import { ensureStandin } from './machine/ensure-standin.mjs';
import { runFaults } from './tests/faults.mjs';
import { newestBuilderImage } from './workspace/docker-cli.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox } from './workspace/paths.mjs';

runMain(import.meta.url, async (args) => {
  await ensureBuilt();
  await ensureDocker();
  await ensureKernel();
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
  await ensureStandin({ builderImage: await newestBuilderImage() });
  await ensureNetworkTools();
  const { passed, failed } = await runFaults('all', chosenBy(args));
  toStderr(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});

/** Without a seed, the random runs are few, and others each time. @returns options of Jest. */
function chosenBy(args) {
  const { values, tokens } = parseArgs({ args, options: { seed: { type: 'string' }, runs: { type: 'string' } }, strict: false, tokens: true });
  if (values.seed === undefined && values.runs === undefined) return args;
  const seed = values.seed ?? String(Date.now() % 1_000_000);
  for (const [name, value] of Object.entries({ seed, runs: values.runs ?? '50' })) {
    if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} takes a number`);
  }
  Object.assign(process.env, { KINDBOX_FAULTS_SEED: seed, KINDBOX_FAULTS_RUNS: values.runs ?? '50' });
  toStderr(`Seed ${seed}. The same again: npm run faults -- --seed ${seed} --runs ${process.env.KINDBOX_FAULTS_RUNS}`);
  const ours = new Set(tokens.filter(({ name }) => name === 'seed' || name === 'runs').flatMap(({ index, inlineValue }) => (inlineValue ? [index] : [index, index + 1])));
  return ['--testPathPatterns', 'faults/random', ...args.filter((_, index) => !ours.has(index))];
}
