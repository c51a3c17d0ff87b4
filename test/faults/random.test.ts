import { randomInt } from 'node:crypto';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';
import { inWords } from './proxy/fault.js';
import { useProxy } from './proxy/fixture.js';
import { useHollowImage } from './proxy/hollow-image.js';
import { randomScenario, type RandomScenario } from './proxy/random-scenario.js';

const first = Number(process.env['KINDBOX_FAULTS_SEED'] ?? randomInt(1_000_000));
const runs = Number(process.env['KINDBOX_FAULTS_RUNS'] ?? 5);
const name = `${filePrefix}-any`;
const hollow = useHollowImage();
const through = useProxy(name);
/** Seconds that a daemon is given for an answer. */
const IMPATIENT = { KINDBOX_DOCKER_TIMEOUT: '8', KINDBOX_RUNTIME: anyRuntime };
/** How kindbox tells that something is there yet: it is asked to keep it, or could not remove it. */
const TOLD_OF = /Not removed:|is kept|Not everything could be removed|kindbox destroy/;

async function live({ verbs }: RandomScenario, ends: string[]): Promise<void> {
  for (const verb of verbs) {
    const argv = verb.map((word) => word.replace('NAME', name).replace('IMAGE', hollow.reference));
    const startedAt = Date.now();
    const { exitCode, stderr } = await through.run(argv, IMPATIENT);
    ends.push(`${verb[0]} ${exitCode} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    const nothingLeft = (verb[0] === 'create' && exitCode !== 0) || (verb[0] === 'destroy' && exitCode === 0);
    if (nothingLeft && !TOLD_OF.test(stderr)) expect({ verb, left: await leftoversOf(name), stderr }).toEqual({ verb, left: NOTHING, stderr });
  }
}

describe('whatever happens to calls of the Docker API, kindbox ends, in words, and cleans up', () => {
  test.each(Array.from({ length: runs }, (_, run) => first + run))('seed %i', async (seed) => {
    const scenario = randomScenario(seed);
    const ends: string[] = [];
    through.proxy.add(...scenario.rules);
    const story = (): string => [
      `seed ${seed}, ${scenario.hollow ? 'hollow' : 'real'}: ${ends.join(', ')}`,
      ...scenario.rules.map(({ method, path, fault, spared = 0, times = 1 }) => `    ${method} ${path.source}: ${inWords(fault)}, ${times} times after ${spared}`),
      `    suffered: ${through.proxy.suffered.length}`, '',
    ].join('\n');
    try {
      await live(scenario, ends);
      process.stderr.write(story());
    } catch (error) {
      throw new Error(`Repeat it with: npm run faults -- --seed ${seed} --runs 1\n${story()}\n${through.proxy.suffered.join('\n')}\n${(error as Error).message}`, { cause: error });
    }
  });
});
