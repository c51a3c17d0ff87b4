import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildResult } from '../../src/images/build/index.js';
import { ensureGoTool } from './go-tool.js';
import type { Kindbox } from './kindbox.js';
import { Kubectl } from './kubectl.js';
import { SecondDockerd } from './second-dockerd.js';

/** As it is published. */
export const KIND = { module: 'sigs.k8s.io/kind', version: 'v0.33.0' };
const CONTROL_PLANE = 'kind-control-plane';

/** As the README has it. */
const DOCKER_WITHOUT_PRIVILEGED = [
  '#!/bin/sh',
  'for word; do shift; [ "$word" = --privileged ] || set -- "$@" "$word"; done',
  'PATH=${PATH#*:}',
  'exec docker "$@"',
].join('\n');

/** A cluster of kind's default name, by kind as it is published, on a Docker daemon of its own. */
export class KindCluster {
  #environment: Readonly<Record<string, string>>;

  private constructor(readonly daemon: SecondDockerd, private readonly program: string, private readonly folder: string, readonly image: string) {
    this.#environment = { KUBECONFIG: this.kubeconfig };
  }

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
    return this.daemon.run(this.program, argv, { env: this.#environment, ...(input === undefined ? {} : { stdin: 'pipe' as const, input }) });
  }

  async create(configuration: string, image = this.image): Promise<void> {
    await this.kind(['create', 'cluster', `--image=${image}`, '--config=-'], configuration);
  }

  /** From now on the docker that kind calls leaves that option out. */
  async dropPrivileged(): Promise<void> {
    const folder = join(this.folder, 'bin');
    await mkdir(folder);
    await writeFile(join(folder, 'docker'), DOCKER_WITHOUT_PRIVILEGED, { mode: 0o755 });
    this.#environment = { ...this.#environment, PATH: `${folder}:${process.env['PATH']}` };
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
