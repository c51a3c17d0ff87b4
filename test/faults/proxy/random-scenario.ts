import { ALWAYS, CALLS } from './call-rules.js';
import type { Fault, Rule } from './fault.js';
import { Random } from './random.js';

export interface RandomScenario {
  /** Of hollow nodes, which fail soon, or a real cluster. */
  readonly hollow: boolean;
  /** Arguments of kindbox, one after another; NAME and IMAGE stand for what the test has. */
  readonly verbs: readonly (readonly string[])[];
  readonly rules: readonly Rule[];
}

const { everything: _everything, pull: _pull, events: _events, sendFiles: _sendFiles, waitForContainer: _wait, ...SINGLE_CALLS } = CALLS;

/** A life of a cluster, and what happens to it: all of it follows from the seed. */
export function randomScenario(seed: number): RandomScenario {
  const random = new Random(seed);
  const hollow = random.percent(85);
  const workers = random.between(0, 1);
  const create = ['create', `--num-workers=${workers}`, '--ephemeral', '--wait=100s', ...(hollow ? ['--image=IMAGE'] : []), ...(random.percent(30) ? ['--retain'] : []), 'NAME'];
  const verbs = [
    create,
    ...(random.percent(70) ? [['list', '-l']] : []),
    ...(random.percent(hollow ? 20 : 60) ? [['resize', `--num-workers=${random.between(0, 1)}`, 'NAME']] : []),
    ...(random.percent(80) ? [['destroy', 'NAME']] : []),
    ...(random.percent(20) ? [['create', ...create.slice(1)]] : []),
  ];
  return { hollow, verbs, rules: Array.from({ length: random.between(1, 3) }, () => randomRule(random)) };
}

function randomRule(random: Random): Rule {
  const call = random.pick(Object.values(SINGLE_CALLS));
  const times = random.percent(12) ? ALWAYS : { times: random.between(1, 3) };
  return call(randomFault(random), { spared: random.between(0, 4), ...times });
}

function randomFault(random: Random): Fault {
  const afterwards = random.percent(50);
  const faults: readonly (() => Fault)[] = [
    () => ({ kind: 'delay', milliseconds: random.between(50, 4000) }),
    () => ({ kind: 'drop', afterwards }),
    () => ({ kind: 'drop', afterwards }),
    () => ({ kind: 'hang', afterwards }),
    () => ({ kind: 'refuse', status: 500, message: 'something is wrong inside', afterwards }),
    () => ({ kind: 'refuse', status: 503, message: 'try again later', afterwards }),
    () => ({ kind: 'refuse', status: 404, message: 'No such container: 0123456789ab' }),
    () => ({ kind: 'refuse', status: 409, message: 'removal of container 0123456789ab is already in progress' }),
    () => ({ kind: 'truncate' }),
    () => ({ kind: 'shorten' }),
    () => ({ kind: 'garble', body: random.pick(['', 'null', '<html>', '{}', '[]', '[null]', '{"message":"x"}', '{"Id":5}']) }),
    () => ({ kind: 'duplicate' }),
  ];
  return random.pick(faults)();
}
