import { callsOnForeigners } from './call.js';
import { DockerProxy } from './proxy.js';
import { useKindbox, type KindboxFixture } from '../../support/cluster-fixture.js';
import { describeRun, type KindboxRun } from '../../support/kindbox.js';
import { leftoversOf, NOTHING } from '../../support/leftovers.js';

/** What kindbox's exit codes are: anything else, and 1 (a bug), is a fault of kindbox's. */
const EXPECTED_EXITS = [0, 2, 3, 4, 5, 6, 7, 8, 9];
/** What takes longer hangs. */
const BOUND_MS = 300_000;
const STACK_TRACE = /^\s+at .+:\d+:\d+\)?$|node:internal|unsettled top-level await/m;

/** A home for kindbox and a new proxy for each test, behind which the cluster is destroyed in the end whatever happened. */
export class ProxyFixture {
  #proxy: DockerProxy | undefined;

  constructor(private readonly home: KindboxFixture, readonly name: string) {}

  get proxy(): DockerProxy {
    if (this.#proxy === undefined) throw new Error('used outside of a test');
    return this.#proxy;
  }

  async setUp(): Promise<void> {
    this.#proxy = await DockerProxy.start();
  }

  /** Nothing is left behind the proxy's back, a second destroy finds nothing to do, and no call was on anything foreign. */
  async tearDown(): Promise<void> {
    const { proxy } = this;
    await proxy.close();
    await this.home.kindbox.succeed(['destroy', this.name]);
    await this.home.kindbox.succeed(['destroy', this.name]);
    expect(await leftoversOf(this.name)).toEqual(NOTHING);
    expect(callsOnForeigners(proxy.calls)).toEqual([]);
  }

  /** Runs kindbox through the proxy; it ends by itself, in words. */
  async run(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<KindboxRun> {
    const run = await this.home.kindbox.run(argv, { environment: { DOCKER_HOST: this.proxy.url, ...environment }, timeoutMs: BOUND_MS });
    if (!EXPECTED_EXITS.includes(run.exitCode ?? -1) || STACK_TRACE.test(run.stderr)) throw new Error(`${describeRun(run)}\n${this.proxy.suffered.join('\n')}`);
    return run;
  }
}

export function useProxy(name: string): ProxyFixture {
  const home = useKindbox(name);
  const fixture = new ProxyFixture(home, name);
  beforeEach(() => fixture.setUp());
  afterEach(() => fixture.tearDown());
  return fixture;
}
