import type { CreateResult } from '../../src/cluster/options.js';
import { ensureProbeImage } from './probe-image.js';
import { describeRun, Kindbox } from './kindbox.js';
import { Kubectl } from './kubectl.js';
import { removeLeftovers } from './leftovers.js';

/** A home for kindbox during one block of tests; whatever clusters of that prefix are left at its end are removed. */
export class KindboxFixture {
  #kindbox: Kindbox | undefined;

  constructor(readonly prefix: string) {}

  async setUp(): Promise<void> {
    this.#kindbox = await Kindbox.inNewHome();
  }

  async tearDown(): Promise<void> {
    await removeLeftovers(this.prefix);
    await this.#kindbox?.removeHome();
  }

  get kindbox(): Kindbox {
    if (this.#kindbox === undefined) throw new Error('used outside of a test');
    return this.#kindbox;
  }
}

export function useKindbox(prefix: string): KindboxFixture {
  const fixture = new KindboxFixture(prefix);
  beforeAll(() => fixture.setUp());
  afterAll(() => fixture.tearDown());
  return fixture;
}

/** A cluster that a block of tests shares. */
export class ClusterFixture {
  #created: CreateResult | undefined;

  constructor(private readonly home: KindboxFixture, readonly name: string) {}

  get kindbox(): Kindbox {
    return this.home.kindbox;
  }

  /** What `kindbox create --json` printed. */
  get created(): CreateResult {
    if (this.#created === undefined) throw new Error(`the cluster ${this.name} was not created`);
    return this.#created;
  }

  /** Path of the file that the cluster was written into. */
  get kubeconfig(): string {
    const { kubeconfig } = this.created;
    if (kubeconfig === null) throw new Error(`the cluster ${this.name} has no kubeconfig`);
    return kubeconfig;
  }

  get master(): string {
    return `${this.name}-master`;
  }

  get kubectl(): Kubectl {
    return new Kubectl(this.master);
  }

  /** Names of the nodes, the control plane first. */
  get nodes(): string[] {
    return [this.master, ...Array.from({ length: this.created.workers }, (_, index) => `${this.name}-worker-${index}`)];
  }

  async create(argv: readonly string[]): Promise<CreateResult> {
    const run = await this.kindbox.run(['create', ...argv, this.name, '--json', '--progress=plain']);
    if (run.exitCode !== 0) throw new Error(describeRun(run));
    this.#created = JSON.parse(run.stdout) as CreateResult;
    return this.#created;
  }
}

/** Creates a cluster before the tests of the block; its name begins with the fixture's prefix, which removes it. */
export function useCluster(home: KindboxFixture, name: string, argv: readonly string[]): ClusterFixture {
  const cluster = new ClusterFixture(home, name);
  beforeAll(async () => {
    await ensureProbeImage();
    await cluster.create(argv);
  });
  return cluster;
}

/** A name that tells the runtime, within the characters of a cluster name. */
export function clusterName(prefix: string, runtime: string): string {
  return `${prefix}-${runtime.toLowerCase().replace(/[^a-z0-9]/g, '')}`;
}
