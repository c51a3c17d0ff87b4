import { expect } from '@jest/globals';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { KindboxError } from '../../../src/errors/index.js';
import { nodeLabels, ownedLabels } from '../../../src/nodes/labels.js';
import { connectDocker, type DockerProvider } from '../../../src/provider/docker/connect.js';
import type { NodeSpec, ObservedNetwork } from '../../../src/provider/types.js';

export const BASE_IMAGE = 'debian:bookworm-slim';
export const MEGABYTE = 1024 * 1024;
export const never: AbortSignal = new AbortController().signal;
/** What the containers of the fixture print first and then do. */
const INIT = 'printf "\\033[32mhello from init\\033[0m\\n"; trap "exit 0" TERM; sleep infinity & wait';

/** A connection to the real daemon, with an image that can be a node and a network, all of a random name. */
export interface Fixture {
  readonly docker: DockerProvider;
  readonly cluster: string;
  readonly run: string;
  readonly image: string;
  readonly buildLabels: Record<string, string>;
  readonly network: ObservedNetwork;
  /** A node that does not exist yet. */
  nodeSpec(): NodeSpec;
  /** One line for each container that carries the fixture's build label. */
  buildContainers(): Promise<string>;
  /** Removes everything that was made. */
  dispose(): Promise<void>;
}

export async function makeFixture(): Promise<Fixture> {
  await ensureBaseImage();
  const docker = await connectDocker(process.env);
  const cluster = `kbtest-${randomBytes(4).toString('hex')}`;
  const run = randomBytes(4).toString('hex');
  const image = `${cluster}/sleeper:v1`;
  const buildLabels = { 'dev.kindbox.build': cluster };
  await makeNodeImage(docker, image, buildLabels);
  const network = await docker.createNetwork({ name: `${cluster}-net`, labels: ownedLabels(cluster, run) }, never);
  let nextIndex = 0;

  return {
    docker, cluster, run, image, buildLabels, network,
    nodeSpec() {
      const index = nextIndex++;
      return { name: `${cluster}-worker-${index}`, image, runtime: 'runc', network: network.id, labels: nodeLabels(cluster, run, 'worker', index), ports: [] };
    },
    async buildContainers() {
      const format = '{{.ID}} {{.Image}} {{.Command}} {{.Status}}';
      return (await execa('docker', ['ps', '--all', '--format', format, '--filter', `label=dev.kindbox.build=${cluster}`])).stdout;
    },
    async dispose() {
      for (const left of await docker.listNodes({ cluster }, never)) await docker.removeNode(left.id);
      for (const left of await docker.listVolumes({ cluster }, never)) await docker.removeVolume(left.id);
      for (const left of await docker.listNetworks({ cluster }, never)) await docker.removeNetwork(left.id);
      for (const left of await docker.listImages(`${cluster}/*`, never)) await docker.removeImage(left.id);
      docker.close();
    },
  };
}

export async function failureOf(promise: Promise<unknown>): Promise<KindboxError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(KindboxError);
  return error as KindboxError;
}

export function tar(files: Record<string, string>): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return archive as unknown as Readable;
}

async function makeNodeImage(docker: DockerProvider, reference: string, labels: Record<string, string>): Promise<void> {
  const { containerId } = await docker.runToEnd(
    { image: BASE_IMAGE, argv: ['true'], environment: {}, labels, volumes: [], files: [], nodePrivileges: false, onLine: () => undefined },
    never,
  );
  await docker.commit(containerId, { reference, labels: {}, entrypoint: ['sh', '-c'], command: [INIT], environment: {}, stopSignal: 'SIGTERM' }, never);
  await docker.removeContainer(containerId);
}

/** No registry is reachable from a test machine: the base image is made of Debian's packages. */
async function ensureBaseImage(): Promise<void> {
  const present = await execa('docker', ['image', 'inspect', BASE_IMAGE], { reject: false });
  if (present.exitCode === 0) return;
  await execa('mmdebstrap', ['--variant=minbase', 'bookworm', '-'], { buffer: false, encoding: 'buffer' }).pipe('docker', ['import', '-', BASE_IMAGE]);
}
