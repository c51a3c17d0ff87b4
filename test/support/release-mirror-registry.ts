import { createHash, randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { docker, dockerLines } from './docker.js';
import { eventually } from './eventually.js';
import { filePrefix } from './names.js';

/** Debian's package, in a container: on the host it would start a service of its own. */
const DOCKERFILE = [
  'FROM debian:bookworm-slim',
  'RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker-registry && rm -rf /var/lib/apt/lists/*',
  'RUN printf "version: 0.1\\nlog: {level: error}\\nstorage: {filesystem: {rootdirectory: /registry}}\\nhttp: {addr: 0.0.0.0:5000}\\n" > /registry.yml',
  'ENTRYPOINT ["docker-registry", "serve", "/registry.yml"]',
].join('\n');
const IMAGE = `kindbox-test/registry:${createHash('sha256').update(DOCKERFILE).digest('hex').slice(0, 12)}`;
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** The images that the node's containerd holds, pushed by itself. $1 is the registry, $2 a prefix of the paths of ghcr.io. */
const PUSH = `
set -e
. /usr/local/lib/kindbox/parts/containerd-session
open_containerd
for image in $($ctr images ls --quiet); do
  case $image in
    ghcr.io/*) path=$2/\${image#*/} ;;
    *) path=\${image#*/} ;;
  esac
  $ctr images push --local --plain-http "$1/$path" "$image" >/dev/null
  echo "$path"
done
`;

export class Registry {
  private constructor(private readonly container: string, readonly address: string) {}

  static async start(): Promise<Registry> {
    if ((await dockerLines(['image', 'ls', '--quiet', IMAGE])).length === 0) {
      await execa('docker', ['build', '--tag', IMAGE, ...PROXIES.flatMap((name) => ['--build-arg', name]), '-'], { input: DOCKERFILE });
    }
    const container = await docker(['run', '--detach', '--rm', '--label', `dev.kindbox.test=${filePrefix}`, IMAGE]);
    try {
      const ip = await docker(['container', 'inspect', '--format', '{{.NetworkSettings.IPAddress}}', container]);
      await eventually(() => insist(fetch(`http://${ip}:5000/v2/`)), 30_000);
      return new Registry(container, `${ip}:5000`);
    } catch (error) {
      await docker(['rm', '--force', '--volumes', container]);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.container]);
  }

  /** @returns `path:tag` of each image of the node image; those of ghcr.io have the prefix. */
  async pushImagesOf(nodeImage: string, ghcrPrefix: string): Promise<string[]> {
    const { stdout } = await execa('docker', ['run', '--rm', '--interactive', '--entrypoint', 'sh', nodeImage, '-s', this.address, ghcrPrefix], { input: PUSH });
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** Makes an image one of two platforms, as published ones are. @returns the digest of the other platform's manifest */
  async addForeignPlatform(reference: string, architecture: string): Promise<string> {
    const [path = '', tag = ''] = reference.split(':');
    const response = await fetch(`http://${this.address}/v2/${path}/manifests/${tag}`, { headers: { accept: MANIFEST } });
    const own = await response.text();
    const foreign = JSON.stringify({ ...(JSON.parse(own) as object), annotations: { 'dev.kindbox.test': 'another architecture' } });
    await this.#putManifest(path, digestOf(foreign), MANIFEST, foreign);
    const manifests = [[foreign, architecture === 's390x' ? 'ppc64le' : 's390x'], [own, architecture]].map(([manifest = '', name]) => ({
      mediaType: MANIFEST, digest: digestOf(manifest), size: Buffer.byteLength(manifest), platform: { os: 'linux', architecture: name },
    }));
    await this.#putManifest(path, tag, INDEX, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    return digestOf(foreign);
  }

  /** An image whose layer nobody has yet, so that it has to be pulled. @returns the digest of that layer */
  async pushFreshImage(reference: string, architecture: string): Promise<string> {
    const [path = '', tag = ''] = reference.split(':');
    const layer = randomBytes(2 ** 21);
    const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } }));
    await Promise.all([layer, config].map((blob) => this.#putBlob(path, blob)));
    const descriptor = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    await this.#putManifest(path, tag, MANIFEST, JSON.stringify({
      schemaVersion: 2, mediaType: MANIFEST,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar', layer)],
    }));
    return digestOf(layer);
  }

  async #putBlob(path: string, blob: Buffer): Promise<void> {
    const begun = await fetch(`http://${this.address}/v2/${path}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(begun.headers.get('location') ?? '', begun.url);
    location.searchParams.set('digest', digestOf(blob));
    await insist(fetch(location, { method: 'PUT', body: blob, headers: { 'content-type': 'application/octet-stream' } }));
  }

  async #putManifest(path: string, reference: string, mediaType: string, body: string): Promise<void> {
    await insist(fetch(`http://${this.address}/v2/${path}/manifests/${reference}`, { method: 'PUT', body, headers: { 'content-type': mediaType } }));
  }
}

async function insist(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}

function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
