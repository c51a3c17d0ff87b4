import type { Readable } from 'node:stream';
import type { NodeImage } from './types.js';

/** What building a node image needs of a container engine. Implemented beside NodeProvider, in docker/. */
export interface ImageBuilder {
  findImage(reference: string, signal: AbortSignal): Promise<NodeImage | undefined>;
  pullImage(reference: string, onProgress: (current: number, total: number) => void, signal: AbortSignal): Promise<NodeImage>;
  /** Makes a one-layer image of a root filesystem. */
  importImage(reference: string, rootfs: Readable, signal: AbortSignal): Promise<NodeImage>;
  /** Builds a Dockerfile with the classic builder. @throws KindboxError with the tail of the build's output. */
  buildImage(spec: BuildSpec, signal: AbortSignal): Promise<NodeImage>;
  tagImage(id: string, reference: string, signal: AbortSignal): Promise<void>;
  /** Removes an image that this run made; an absent one is success. */
  removeImage(id: string): Promise<void>;
  /**
   * Runs a container of an image to its end and keeps it, for commit().
   * Aborting kills and removes it. @throws KindboxError when it cannot be started; an exit code is a result.
   */
  runToEnd(spec: BuildContainerSpec, signal: AbortSignal): Promise<{ containerId: string; exitCode: number }>;
  /** Starts a container of an image and leaves it running, for exec() and then commit(). Nothing is left if it fails. */
  startContainer(spec: Omit<BuildContainerSpec, 'onLine'>, signal: AbortSignal): Promise<string>;
  /**
   * A tar stream of images that the engine has, of one platform (`linux/amd64`), as `docker load` and `ctr images
   * import` read it. Aborting destroys it. @throws KindboxError image.
   */
  saveImages(references: readonly string[], platform: string, signal: AbortSignal): Promise<Readable>;
  /** Makes an image of a container that has ended, or in which nothing writes. */
  commit(containerId: string, spec: CommitSpec, signal: AbortSignal): Promise<NodeImage>;
  /** Removes a container and its anonymous volumes; an absent one is success. */
  removeContainer(containerId: string): Promise<void>;
  /** Creates a named volume with labels, or does nothing when it exists. */
  ensureVolume(name: string, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
  removeVolume(name: string): Promise<void>;
}

export interface BuildSpec {
  /** A tar stream of the build context. */
  readonly context: Readable;
  readonly dockerfile?: string;
  readonly reference: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

export interface BuildContainerSpec {
  readonly image: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Named volumes. */
  readonly volumes: readonly { readonly name: string; readonly path: string; readonly readOnly?: boolean }[];
  /** Tar streams unpacked into the container before it starts. */
  readonly files: readonly { readonly path: string; readonly tar: Readable }[];
  /** Asks for what a node has with plain runc: mounts, nested containers. Never `--privileged`. */
  readonly nodePrivileges: boolean;
  readonly onLine: (line: string) => void;
}

export interface CommitSpec {
  /** The image stays without a name when absent. */
  readonly reference?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stopSignal: string;
}
