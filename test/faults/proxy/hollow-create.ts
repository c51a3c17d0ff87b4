import { describeRun, type KindboxRun } from '../../support/kindbox.js';
import { leftoversOf, NOTHING } from '../../support/leftovers.js';
import { anyRuntime } from '../../support/runtimes.js';
import type { Rule } from './fault.js';
import type { ProxyFixture } from './fixture.js';
import type { HollowImage } from './hollow-image.js';

/** Seconds: what hangs here hangs for ever, so nothing is lost by waiting less. */
export const IMPATIENT = { KINDBOX_DOCKER_TIMEOUT: '3' };
export const IN_PROGRESS = { kind: 'refuse', status: 409, message: 'removal of container 0123456789ab is already in progress' } as const;
export const BROKEN = { kind: 'refuse', status: 500, message: 'something is wrong inside' } as const;
export const BUSY = { kind: 'refuse', status: 503, message: 'try again' } as const;

export interface Case {
  readonly rules: readonly Rule[];
  readonly exitCode: number;
  readonly told?: RegExp;
  /** Of the create; one worker when absent. */
  readonly options?: readonly string[];
}

/** Of a create with hollow nodes to which nothing else happens. */
export const AS_USUAL = { exitCode: 7, told: /kubeadm/ };

export async function createHollow(through: ProxyFixture, hollow: HollowImage, options: readonly string[] = ['--num-workers=1']): Promise<KindboxRun> {
  return through.run(['create', `--runtime=${anyRuntime}`, `--image=${hollow.reference}`, ...options, through.name], IMPATIENT);
}

export function expectEnd(through: ProxyFixture, run: KindboxRun, { exitCode, told, rules }: Case): void {
  const end = describeRun(run);
  expect({ exitCode: run.exitCode, end }).toEqual({ exitCode, end });
  if (told !== undefined) expect(run.stderr).toMatch(told);
  // A rule that nothing suffered would prove nothing.
  if (rules.length > 0) expect(through.proxy.suffered).not.toEqual([]);
}

/** A create ends as it should whatever happens to its calls, and leaves nothing. */
export async function strikeCreate(through: ProxyFixture, hollow: HollowImage, expected: Case): Promise<void> {
  through.proxy.add(...expected.rules);
  expectEnd(through, await createHollow(through, hollow, expected.options), expected);
  expect(await leftoversOf(through.name)).toEqual(NOTHING);
}
