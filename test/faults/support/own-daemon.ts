import { NODE_IMAGE } from '../../support/node-image.js';
import { SecondDockerd, type SecondDockerdOptions } from '../../support/second-dockerd.js';

/** A Docker daemon that a block of tests may do anything to, and where whatever is there at the end of a test is of that test. */
export class OwnDaemon {
  #dockerd: SecondDockerd | undefined;

  constructor(private readonly options: SecondDockerdOptions) {}

  get dockerd(): SecondDockerd {
    if (this.#dockerd === undefined) throw new Error('used outside of a test');
    return this.#dockerd;
  }

  async setUp(images: readonly string[]): Promise<void> {
    this.#dockerd = await SecondDockerd.start(this.options);
    await this.#dockerd.copyImages(...images);
    // From here on whatever the tests use speaks to it.
    process.env['DOCKER_HOST'] = this.#dockerd.address;
  }

  async tearDown(): Promise<void> {
    delete process.env['DOCKER_HOST'];
    await this.#dockerd?.stop();
  }
}

export function useOwnDaemon(options: SecondDockerdOptions = {}, images: readonly string[] = [NODE_IMAGE]): OwnDaemon {
  const daemon = new OwnDaemon(options);
  beforeAll(() => daemon.setUp(images));
  afterAll(() => daemon.tearDown());
  return daemon;
}
