import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateOptions } from '../../../../src/cluster/options.js';
import type { EngineContext } from '../../../../src/engine.js';
import { KindboxError } from '../../../../src/errors/index.js';
import type { EngineEvent } from '../../../../src/events/event.js';
import { FakeProvider } from '../../../support/fake-provider.js';

export const CREATE: CreateOptions = {
  name: 'demo', numWorkers: 2, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'none', waitAll: false, waitMs: 1000, retain: false,
};

/** What verbs are given: a provider without Docker, and the home of a user. */
export interface FakeEngine {
  readonly provider: FakeProvider;
  readonly home: string;
  readonly events: EngineEvent[];
  readonly abort: AbortController;
  readonly context: EngineContext;
}

const homes: string[] = [];

/** A new one, whose home is removed when the test is over. */
export async function fakeEngine(): Promise<FakeEngine> {
  const provider = new FakeProvider();
  const home = await mkdtemp(join(tmpdir(), 'kindbox-'));
  homes.push(home);
  const events: EngineEvent[] = [];
  const abort = new AbortController();
  return { provider, home, events, abort, context: { provider, emit: (event) => { events.push(event); }, signal: abort.signal, environment: { HOME: home, TMPDIR: join(home, 'tmp') } } };
}

afterEach(() => Promise.all(homes.splice(0).map((home) => rm(home, { recursive: true }))));

/** @throws what is no refusal */
export async function refusal(work: Promise<unknown>): Promise<KindboxError> {
  const error: unknown = await work.then(() => new Error('it succeeded'), (reason: unknown) => reason);
  if (error instanceof KindboxError) return error;
  throw error;
}
