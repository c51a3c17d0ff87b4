import { readFile } from 'node:fs/promises';
import type { BuildResult } from '../../src/index.js';
import { useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, dockerLines } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { isReady } from '../support/kubectl.js';
import { filePrefix } from '../support/names.js';
import { ReleaseMirror, type Fault } from '../support/release-mirror.js';
import type { ReleasedVersions } from '../support/release-mirror-files.js';
import { anyRuntime } from '../support/runtimes.js';

const KUBERNETES = 'v1.36.3';
const SOURCE_IMAGE = `nestybox/k8s-node:${KUBERNETES}`;
const IMAGE = `kindbox-test/release:${KUBERNETES}`;
/** Where images of ghcr.io are in the registry: a mirror may hold several registries. */
const GHCR = 'ghcr';

type Components = Omit<ReleasedVersions, 'kubernetes'> & { readonly flannel: string };

/** The tests of this file build on each other: what a failed build has downloaded, the next one needs not. */
describe('node images of release binaries', () => {
  const home = useKindbox(filePrefix);
  const mirror = new ReleaseMirror();
  let architecture: string;
  let components: Components;
  let names: string[];
  let foreign: string[];

  beforeAll(async () => {
    components = JSON.parse(await readFile(new URL('../../images/k8s-node/release/versions.json', import.meta.url), 'utf8')) as Components;
    architecture = await docker(['version', '--format', '{{.Server.Arch}}']);
    await mirror.open(SOURCE_IMAGE, { ...components, kubernetes: KUBERNETES }, architecture);
    names = await mirror.registry.pushImagesOf(SOURCE_IMAGE, GHCR);
    foreign = await Promise.all(names.map((name) => mirror.registry.addForeignPlatform(name, architecture)));
  });
  afterAll(async () => {
    await mirror.close();
    const built = await dockerLines(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', '--filter', 'reference=kindbox-test/release*']);
    if (built.length > 0) await docker(['image', 'rm', ...built]);
  });

  const noProxy = (): Record<string, string> => ({ NO_PROXY: [process.env['NO_PROXY'] ?? process.env['no_proxy'], mirror.host].filter(Boolean).join(',') });

  /** Builds an image that cannot be had, with the mirrors from the environment. @returns the error, once nothing is found to be left */
  const failureOf = async (fault: Fault, ghcr = GHCR): Promise<unknown> => {
    const tag = `kindbox-test/release-broken:${filePrefix}`;
    const before = await buildObjects();
    mirror.behave(fault);
    const run = await home.kindbox.run(['image', 'build', '--from=release', '--force', '--json', '--progress=quiet', `--tag=${tag}`], {
      environment: {
        ...noProxy(),
        KINDBOX_MIRROR: `kubernetes=${mirror.address},github=${mirror.address}`,
        KINDBOX_REGISTRY_MIRROR: `registry.k8s.io=${mirror.address},ghcr.io=${mirror.address}/${ghcr}`,
      },
    });
    expect(run.exitCode).toBe(4);
    expect(await buildObjects()).toEqual(before);
    expect(await dockerLines(['image', 'ls', '--quiet', tag])).toEqual([]);
    return (JSON.parse(run.stdout) as { error: unknown }).error;
  };
  const explains = (message: RegExp, because: string, next: string): object => ({
    message: expect.stringMatching(message), because: expect.stringContaining(because), next: expect.arrayContaining([expect.stringContaining(next)]),
  });

  test('a checksum that is not the file\'s fails the build, and nothing is left', async () => {
    const failure = await failureOf({ wrongChecksum: /\/containerd-.*\.sha256sum$/ });
    expect(failure).toMatchObject(explains(/^The checksum of .*\/containerd-.*\.tar\.gz is wrong$/, 'thrown away', '--mirror'));
  });

  test('a file that the mirror does not have fails the build, and nothing is left', async () => {
    const failure = await failureOf({ missing: /\/kubectl(\.sha256)?$/ });
    expect(failure).toMatchObject(explains(/^The mirror does not have .*\/kubectl(\.sha256)?$/, '404', '--mirror'));
  });

  test('a registry that dies half way fails the build, and nothing is left', async () => {
    const flannel = `dying/flannel-io/flannel:${components.flannel}`;
    const diesAtBlob = await mirror.registry.pushFreshImage(flannel, architecture);
    const failure = await failureOf({ diesAtBlob }, 'dying');
    expect(mirror.requests).toContain(`/v2/dying/flannel-io/flannel/blobs/${diesAtBlob}`);
    expect(failure).toMatchObject(explains(/^The pod image \S+ could not be pulled$/, mirror.host, '--registry-mirror'));
  });

  test('a connection that breaks off fails the build, and nothing is left but what the next build goes on with', async () => {
    await mirror.renewRunc();
    const failure = await failureOf({ breaksOff: /\/runc\.(?!sha256)/ });
    expect(failure).toMatchObject(explains(/\/runc\.\S+ could not be downloaded$/, 'broke off', 'again'));
  });

  describe('from a mirror', () => {
    let result: BuildResult;
    beforeAll(async () => {
      mirror.behave({});
      result = await home.kindbox.json<BuildResult>([
        'image', 'build', '--from=release', `--tag=${IMAGE}`, '--force',
        '--mirror', `kubernetes=${mirror.address}`, '--mirror', `github=${mirror.address}/`,
        '--registry-mirror', `registry.k8s.io=${mirror.address}`, '--registry-mirror', `ghcr.io=${mirror.address}/${GHCR}`,
      ], { environment: noProxy() });
    });

    test('the image is built, and only what an earlier build had not downloaded is downloaded', () => {
      expect(result).toMatchObject({ image: IMAGE, kubernetesVersion: KUBERNETES, cached: false });
      const files = mirror.requests.filter((path) => !path.startsWith('/v2/') && !/\.sha256(sum)?$/.test(path));
      expect(files).toEqual([expect.stringMatching(/\/runc\.\S+ bytes=\d+-$/)]);
    });

    test('pod images are pulled for one platform only', () => {
      const manifests = mirror.requests.filter((path) => path.includes('/manifests/')).map((path) => path.replace(/.*\//, ''));
      expect(manifests).toEqual(expect.arrayContaining(names.map((name) => name.replace(/.*:/, ''))));
      expect(manifests.filter((reference) => foreign.includes(reference))).toEqual([]);
    });

    test('all pod images are in the shared layout', async () => {
      const report = await layoutOf(IMAGE);
      const wanted = names.map((name) => (name.startsWith(`${GHCR}/`) ? name.replace(GHCR, 'ghcr.io') : `registry.k8s.io/${name}`));
      expect(report.map(({ name }) => name).sort()).toEqual(wanted.sort());
      expect(report.filter(({ tree }) => tree?.startsWith('/kindbox/layers/') !== true)).toEqual([]);
    });

    describe('a cluster of it', () => {
      const cluster = useCluster(home, `${filePrefix}-rel`, ['--num-workers=1', `--image=${IMAGE}`, `--runtime=${anyRuntime}`, '--wait-all']);

      test('becomes Ready', async () => {
        await eventually(async () => {
          const nodes = await cluster.kubectl.nodes();
          expect(nodes.map((node) => [node.metadata.name, isReady(node)])).toEqual(cluster.nodes.map((name) => [name, true]));
        });
      });
    });
  });

  test('an image for kind is built of the same, with what kind asks for besides', async () => {
    const source = await home.kindbox.json<BuildResult>(['image', 'build', '--for=kind']);
    await mirror.registry.pushImagesOf(source.image, GHCR);
    mirror.behave({});
    const image = `kindbox-test/release-kind:${KUBERNETES}`;
    await home.kindbox.json(['image', 'build', '--from=release', '--for=kind', `--tag=${image}`, '--force'], {
      environment: {
        ...noProxy(),
        KINDBOX_MIRROR: `kubernetes=${mirror.address},github=${mirror.address}`,
        KINDBOX_REGISTRY_MIRROR: `registry.k8s.io=${mirror.address},ghcr.io=${mirror.address}/${GHCR},docker.io=${mirror.address}`,
      },
    });
    const [ofReleases, ofSources] = await Promise.all([image, source.image].map(podImagesOf));
    expect(ofReleases).toEqual(ofSources);
    expect(ofReleases).toContainEqual(expect.stringMatching(/^docker\.io\/rancher\/local-path-provisioner:/));
    expect(await docker(['run', '--rm', '--network', 'none', '--entrypoint', 'cat', image, '/kind/version'])).toBe(KUBERNETES);
  });
});

/** Names of the pod images in a node image. */
async function podImagesOf(image: string): Promise<string[]> {
  return (await layoutOf(image)).map(({ name }) => name).sort();
}

async function layoutOf(image: string): Promise<{ name: string; tree: string | null }[]> {
  return JSON.parse(await docker(['run', '--rm', '--network', 'none', '--entrypoint', '/usr/local/lib/kindbox/layout-report', image])) as { name: string; tree: string | null }[];
}

/** That a build labels and must not leave. */
async function buildObjects(): Promise<string[]> {
  const lists = await Promise.all(['container', 'output'].map(async (role) => [
    ...await dockerLines(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=dev.kindbox.build.role=${role}`]),
    ...await dockerLines(['volume', 'ls', '--quiet', '--filter', `label=dev.kindbox.build.role=${role}`]),
  ]));
  return lists.flat().sort();
}
