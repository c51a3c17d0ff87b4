import type { Kindbox, KindboxRun } from '../../support/kindbox.js';
import { injectAt, type Means } from './inject.js';

/** Runs kindbox and halts it when a stage begins, does something meanwhile, and lets it go on: however busy the machine is, it is not over first. @throws what `act` throws, or when the stage is not reached. */
export async function runUntil(kindbox: Kindbox, argv: readonly string[], stage: string, act: (signal: Means['signal']) => Promise<void>): Promise<KindboxRun> {
  let acting: Promise<unknown> | undefined;
  const run = await injectAt(kindbox, argv, { stage }, ({ signal }) => {
    signal('SIGSTOP');
    acting = act(signal).then(() => undefined, (error: unknown) => error).finally(() => { signal('SIGCONT'); });
  });
  const failure = await acting;
  if (failure !== undefined) throw failure as Error;
  return run;
}
