import { readFile } from 'node:fs/promises';
import type { BuildResult } from '../../src/index.js';
import { useCluster, useKindbox } from '../support/cluster-fixture.js';
import { docker, dockerLines } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import type { KindboxRun } from '../support/kindbox.js';
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

  /** Builds an image that cannot be had, with the mirrors from the environment. */
  const fail = async (tag: string, fault: Fault, ghcr = GHCR): Promise<KindboxRun> => {
    mirror.behave(fault);
    return home.kindbox.run(['image', 'build', '--from=release', '--force', '--json', '--progress=quiet', `--tag=${tag}`], {
      environment: {
        ...noProxy(),
        KINDBOX_MIRROR: `kubernetes=${mirror.address},github=${mirror.address}`,
        KINDBOX_REGISTRY_MIRROR: `registry.k8s.io=${mirror.address},ghcr.io=${mirror.address}/${ghcr}`,
      },
    });
  };

  test.each<[string, Fault, RegExp, RegExp]>([
    ['a checksum that is not the file\'s', { wrongChecksum: /\/containerd-.*\.sha256sum$/ }, /^The checksum of .*\/containerd-.*\.tar\.gz is wrong$/, /thrown away/],
    ['a file that is missing', { missing: /\/kubectl$/ }, /^The mirror does not have .*\/kubectl$/, /404/],
  ])('%s fails the build and leaves nothing', async (_what, fault, message, because) => {
    const tag = `kindbox-test/release-broken:${filePrefix}`;
    const before = await buildObjects();
    const run = await fail(tag, fault);
    expect(run.exitCode).toBe(4);
    expect(failureIn(run)).toMatchObject({ message: expect.stringMatching(message), because: expect.stringMatching(because), next: expect.arrayContaining([expect.stringContaining('--mirror')]) });
    expect(await buildObjects()).toEqual(before);
    expect(await dockerLines(['image', 'ls', '--quiet', tag])).toEqual([]);
  });

  test('a registry that dies half way fails the build and leaves nothing', async () => {
    const tag = `kindbox-test/release-broken:${filePrefix}`;
    const flannel = `dying/flannel-io/flannel:${components.flannel}`;
    const diesAtBlob = await mirror.registry.pushFreshImage(flannel, architecture);
    const before = await buildObjects();
    const run = await fail(tag, { diesAtBlob }, 'dying');
    expect(mirror.requests).toContain(`/v2/dying/flannel-io/flannel/blobs/${diesAtBlob}`);
    expect(run.exitCode).toBe(4);
    expect(failureIn(run)).toMatchObject({
      message: expect.stringMatching(/^The pod image (ghcr\.io|registry\.k8s\.io)\/.* could not be pulled$/),
      because: expect.stringContaining(mirror.host),
      next: expect.arrayContaining([expect.stringContaining('--registry-mirror')]),
    });
    expect(await buildObjects()).toEqual(before);
    expect(await dockerLines(['image', 'ls', '--quiet', tag])).toEqual([]);
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

    test('the image is built, and what an earlier build has downloaded is not downloaded again', () => {
      expect(result).toMatchObject({ image: IMAGE, kubernetesVersion: KUBERNETES, cached: false });
      const downloaded = mirror.requests.filter((path) => !path.startsWith('/v2/'));
      expect(downloaded).toHaveLength(7);
      expect(downloaded.filter((path) => !/\.sha256(sum)?$/.test(path))).toEqual([]);
    });

    test('pod images are pulled for one platform only', () => {
      const manifests = mirror.requests.filter((path) => path.includes('/manifests/')).map((path) => path.replace(/.*\//, ''));
      expect(manifests).toEqual(expect.arrayContaining(names.map((name) => name.replace(/.*:/, ''))));
      expect(manifests.filter((reference) => foreign.includes(reference))).toEqual([]);
    });

    test('all pod images are in the shared layout', async () => {
      const report = JSON.parse(await docker(['run', '--rm', '--network', 'none', '--entrypoint', '/usr/local/lib/kindbox/layout-report', IMAGE])) as { name: string; tree: string | null }[];
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
});

function failureIn({ stdout }: KindboxRun): unknown {
  return (JSON.parse(stdout) as { error: unknown }).error;
}

/** That a build labels and must not leave. */
async function buildObjects(): Promise<string[]> {
  const lists = await Promise.all(['container', 'output'].map(async (role) => [
    ...await dockerLines(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=dev.kindbox.build.role=${role}`]),
    ...await dockerLines(['volume', 'ls', '--quiet', '--filter', `label=dev.kindbox.build.role=${role}`]),
  ]));
  return lists.flat().sort();
}
