import type { SignalHost } from './interruption.js';

const closedListeners = new Set<() => void>();
const SHOW_CURSOR = '\u001b[?25h';

/** The real process. */
export const processHost: SignalHost = {
  on: (signal, listener) => void process.on(signal, listener),
  off: (signal, listener) => void process.off(signal, listener),
  onOutputClosed: (listener) => void closedListeners.add(listener),
  offOutputClosed: (listener) => void closedListeners.delete(listener),
  now: () => performance.now(),
  exit: (code) => process.exit(code),
};

/** A reader that went away (`| head`, a closed terminal) ends the run like a signal; it is never a crash. */
export function watchOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      for (const listener of [...closedListeners]) listener();
    });
  }
}

const writeToStderr = process.stderr.write.bind(process.stderr);

/** Goes around a progress renderer that may hold stderr back. */
export function tellAtOnce(text: string): void {
  writeToStderr(process.stderr.isTTY ? `\n${SHOW_CURSOR}${text}\n` : `${text}\n`);
}

/** Exits once what was printed has been handed over. */
export async function exitWhenFlushed(code: number): Promise<void> {
  const flushed = [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve())),
  );
  await Promise.all(flushed);
  process.exit(code);
}
