// What npm run bench measures of kindbox alone: --soak ROUNDS, --capacity NODES, --preload WORKERS.
import { randomBytes } from 'node:crypto';
import { mustRun, toStderr } from '../machine/commands.mjs';
import { kindbox as program } from '../workspace/paths.mjs';

const name = () => `kbb${randomBytes(3).toString('hex')}`;

async function contestantFor({ engine, runtime }, options = []) {
  const { kindboxContestant } = await import('../../test/bench/contestants/kindbox.ts');
  return kindboxContestant(engine, runtime, { options });
}

async function withContestant(setting, measure) {
  const contestant = await contestantFor(setting);
  try {
    return await measure(contestant);
  } finally {
    await contestant.close();
  }
}

/** Each by the option that asks for it; `count` is the option's value. */
export const MODES = {
  soak: (setting, count) => withContestant(setting, async (contestant) => {
    const { growth, soak } = await import('../../test/bench/soak.ts');
    const rounds = await soak(contestant, name(), count, toStderr);
    const grown = growth(rounds);
    toStderr(grown.length === 0 ? 'Nothing has grown.' : `Grown:\n${grown.join('\n')}`);
    if (grown.length > 0) process.exitCode = 1;
    return { rounds, grown };
  }),
  capacity: (setting, count) => withContestant(setting, async (contestant) => {
    const { estimate, fillMachine } = await import('../../test/bench/capacity.ts');
    const capacity = await fillMachine(contestant, name(), { step: 5, most: count }, toStderr);
    const found = estimate(capacity);
    toStderr(`A further worker: ${(found.aWorker.ofMachine / 1e6).toFixed(0)} MB of the machine's memory, ${(found.aWorker.ofItsGroup / 1e6).toFixed(0)} MB in its cgroup. ${found.nodesThatFit} nodes fit.`);
    return { capacity, estimate: found };
  }),
  preload: async (setting, count) => {
    const { measurePreload, preloadTable } = await import('../../test/bench/preload.ts');
    const kindbox = async (...argv) => (await mustRun([program, ...argv, '--progress=quiet'])).out.toString();
    const rows = await measurePreload({ ...setting, workers: count, kindbox, contestantOf: (image) => contestantFor(setting, [`--image=${image}`, '--wait-all']) });
    toStderr(`\n${preloadTable(rows)}`);
    return { preload: rows };
  },
};
