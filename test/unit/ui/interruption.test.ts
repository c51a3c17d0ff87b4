import { CancelledError } from '../../../src/errors/index.js';
import { Interruption, undoingTexts, type HandledSignal, type SignalHost } from '../../../src/ui/interruption.js';

class FakeProcess implements SignalHost {
  readonly exits: number[] = [];
  readonly said: string[] = [];
  clock = 0;
  readonly #listeners = new Map<HandledSignal, Set<() => void>>();
  readonly #closed = new Set<() => void>();

  on(signal: HandledSignal, listener: () => void): void {
    this.#listeners.set(signal, (this.#listeners.get(signal) ?? new Set()).add(listener));
  }
  off(signal: HandledSignal, listener: () => void): void {
    this.#listeners.get(signal)?.delete(listener);
  }
  onOutputClosed(listener: () => void): void {
    this.#closed.add(listener);
  }
  offOutputClosed(listener: () => void): void {
    this.#closed.delete(listener);
  }
  now(): number {
    return this.clock;
  }
  exit(code: number): void {
    this.exits.push(code);
  }
  send(signal: HandledSignal, at = this.clock + 1000): void {
    this.clock = at;
    for (const listener of this.#listeners.get(signal) ?? []) listener();
  }
  closeOutput(): void {
    for (const listener of this.#closed) listener();
  }
}

function interrupted(texts = undoingTexts(false, ['destroy', 'demo'])): { host: FakeProcess; interruption: Interruption } {
  const host = new FakeProcess();
  return { host, interruption: new Interruption(host, texts, (text) => void host.said.push(text)) };
}

describe('interruption', () => {
  test.each([
    ['SIGINT', 130, 'Interrupted'],
    ['SIGTERM', 143, 'Terminated'],
    ['SIGHUP', 129, 'Hung up'],
  ] as const)('the first %s cancels the run', (signal, exitCode, word) => {
    const { host, interruption } = interrupted();
    host.send(signal);
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.signal.reason).toBeInstanceOf(CancelledError);
    expect(interruption.signal.reason).toMatchObject({ exitCode });
    expect(host.said).toEqual([`${word}: undoing what this run made (press Ctrl-C again to leave it as it is)`]);
    expect(host.exits).toEqual([]);
  });

  test('the second one leaves at once, with the command that cleans up', () => {
    const { host } = interrupted();
    host.send('SIGINT');
    host.send('SIGINT');
    expect(host.exits).toEqual([130]);
    expect(host.said[1]).toBe('Left as it is. To clean up:\n  $ kindbox destroy demo');
  });

  test('one keystroke that arrives twice counts once', () => {
    const { host } = interrupted();
    host.send('SIGINT', 1000);
    host.send('SIGINT', 1020);
    expect(host.exits).toEqual([]);
    expect(host.said).toHaveLength(1);
  });

  test('a reader that went away cancels quietly, and never leaves half-way', () => {
    const { host, interruption } = interrupted();
    host.closeOutput();
    host.closeOutput();
    expect(interruption.signal.reason).toMatchObject({ exitCode: 143 });
    expect(host.said).toEqual([]);
    expect(host.exits).toEqual([]);
  });

  test('says so when what was made is kept, and quotes hostile names', () => {
    const { host } = interrupted(undoingTexts(true, ['destroy', "x;id'"]));
    host.send('SIGINT');
    host.send('SIGINT');
    expect(host.said[0]).toContain('what this run made is kept');
    expect(host.said[1]).toContain(`kindbox destroy 'x;id'\\'''`);
  });

  test('hears nothing once it is released', () => {
    const { host, interruption } = interrupted();
    interruption.release();
    host.send('SIGINT');
    host.closeOutput();
    expect(interruption.signal.aborted).toBe(false);
  });
});
