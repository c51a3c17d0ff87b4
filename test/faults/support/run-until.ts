import { describeRun, type Kindbox, type KindboxRun } from '../../support/kindbox.js';

/** Runs kindbox and halts it when a stage begins, does something meanwhile, and lets it go on: however busy the machine is, it is not over first. @throws what `act` throws, or when the stage is not reached. */
export async function runUntil(kindbox: Kindbox, argv: readonly string[], stage: string, act: (signal: (name: NodeJS.Signals) => void) => Promise<void>): Promise<KindboxRun> {
  const acts: Promise<unknown>[] = [];
  const run = await kindbox.run([...argv, '--progress=json'], {
    onEvent: (event, signal) => {
      if (acts.length > 0 || event.type !== 'step' || event.stage !== stage || event.status !== 'running' || event.parentId === undefined) return;
      signal('SIGSTOP');
      acts.push(act(signal).then(() => undefined, (error: unknown) => error).finally(() => { signal('SIGCONT'); }));
    },
  });
  const [acting] = acts;
  if (acting === undefined) throw new Error(`the stage ${stage} was never reached\n${describeRun(run)}`);
  const failure = await acting;
  if (failure !== undefined) throw failure as Error;
  return run;
}
