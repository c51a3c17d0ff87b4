import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildResult } from '../../src/images/build/index.js';
import { ensureGoTool } from './go-tool.js';
import type { Kindbox } from './kindbox.js';
import { Kubectl } from './kubectl.js';
import { SecondDockerd } from './second-dockerd.js';

const KIND = { module: 'sigs.k8s.io/kind', version: 'v0.33.0' };
const CONTROL_PLANE = 'kind-control-plane';

/** A cluster of kind's default name, by kind as it is published, on a Docker daemon of its own. */
export class KindCluster {
  private constructor(readonly daemon: SecondDockerd, private readonly program: string, private readonly folder: string, readonly image: string) {}

  /** A daemon that has the image, and whose default runtime is the named one; kind itself cannot choose one. */
  static async prepare(kindbox: Kindbox, defaultRuntime: string): Promise<KindCluster> {
    const { image } = await kindbox.json<BuildResult>(['image', 'build', '--for=kind']);
    const program = await ensureGoTool(KIND.module, KIND.version);
    const daemon = await SecondDockerd.start({ defaultRuntime });
    const cluster = new KindCluster(daemon, program, await mkdtemp(join(tmpdir(), 'kindbox-kind-')), image);
    try {
      await daemon.copyImages(image);
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  /** The kind command; its kubeconfig is the cluster's. @returns its stdout */
  async kind(argv: readonly string[], input?: string): Promise<string> {
    return this.daemon.run(this.program, argv, { env: { KUBECONFIG: this.kubeconfig }, ...(input === undefined ? {} : { stdin: 'pipe' as const, input }) });
  }

  async create(configuration: string): Promise<void> {
    await this.kind(['create', 'cluster', `--image=${this.image}`, '--config=-'], configuration);
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }

  get kubectl(): Kubectl {
    return new Kubectl(CONTROL_PLANE, (node, argv, input) => this.inNode(node, argv, input));
  }

  /** Names of the nodes, in the order of the alphabet. */
  async nodes(): Promise<string[]> {
    return (await this.kind(['get', 'nodes'])).split('\n').filter((line) => line !== '').sort();
  }

  async inNode(node: string, argv: readonly string[], input?: string): Promise<string> {
    return this.daemon.docker(['exec', '--interactive', node, ...argv], input === undefined ? {} : { stdin: 'pipe', input });
  }

  /** Bytes that a node has written or was given a copy of: in its container and in the volume that kind gives it at /var. */
  async ownBytes(node: string): Promise<number> {
    const [layer, volume] = await Promise.all([
      this.daemon.docker(['container', 'inspect', '--size', '--format', '{{.SizeRw}}', node]),
      this.inNode(node, ['du', '--summarize', '--bytes', '--one-file-system', '/var']),
    ]);
    return Number(layer) + Number.parseInt(volume, 10);
  }

  /** Removes the daemon with all that it has. */
  async remove(): Promise<void> {
    await this.daemon.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
