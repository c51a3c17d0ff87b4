import { parseAllDocuments } from 'yaml';
import { imagesOf } from '../../../src/cni/images.js';
import { inputsOf } from '../../../src/images/build/names.js';
import { mirrorsOf } from '../../../src/images/build/release/mirrors.js';
import { releaseFiles } from '../../../src/images/build/release/files.js';
import { hashOf, type SourceEntry } from '../../../src/images/build/source-tree.js';
import { readVariantTree, variantName, variantReference, type ImageVariant } from '../../../src/images/build/variants.js';
import { nodeImageFolder } from '../../../src/images/references.js';

const KINDBOX: ImageVariant = { target: 'kindbox', layout: 'shared', cri: 'containerd' };
const KIND: ImageVariant = { target: 'kind', layout: 'shared', cri: 'containerd' };
const VARIANTS: readonly ImageVariant[] = [KINDBOX, KIND, { target: 'kindbox', layout: 'ordinary', cri: 'containerd' }, { target: 'kind', layout: 'ordinary', cri: 'containerd' }];
const KUBERNETES = 'v1.36.3';

const request = (variant: ImageVariant, from: 'source' | 'release') =>
  ({ ...variant, from, kubernetesVersion: KUBERNETES, base: 'debian:bookworm-slim', reference: 'a:b', force: false, mirrors: mirrorsOf({}, {}) });
const inputsFor = async (variant: ImageVariant, from: 'source' | 'release' = 'source') =>
  inputsOf(await readVariantTree(nodeImageFolder(), variant), request(variant, from), 'amd64');
const textOf = (files: readonly SourceEntry[], path: string): string => files.find((file) => file.path === path)?.content.toString() ?? '';

test('each variant has a name and a default tag of its own', () => {
  expect(VARIANTS.map((variant) => variantReference(variant, KUBERNETES))).toEqual([
    'nestybox/k8s-node:v1.36.3', 'nestybox/kindestnode:v1.36.3', 'nestybox/k8s-node:v1.36.3-ordinary', 'nestybox/kindestnode:v1.36.3-ordinary',
  ]);
  expect(new Set(VARIANTS.map(variantName)).size).toBe(VARIANTS.length);
});

test('variants differ in content, and share the image that compiles', async () => {
  const inputs = await Promise.all(VARIANTS.map((variant) => inputsFor(variant)));
  expect(new Set(inputs.map(({ contentHash }) => contentHash)).size).toBe(VARIANTS.length);
  expect(new Set(inputs.map(({ builderReference }) => builderReference)).size).toBe(1);
});

test.each(VARIANTS)('the $target image in the $layout layout has every file once', async (variant) => {
  const paths = (await readVariantTree(nodeImageFolder(), variant)).map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

test('what is for kind lies on top of kindbox\'s own image, of which nothing is missing or replaced', async () => {
  const [own, forKind] = await Promise.all([KINDBOX, KIND].map((variant) => readVariantTree(nodeImageFolder(), variant)));
  const digests = (files: readonly SourceEntry[] = []) => Object.fromEntries(files.map((file) => [file.path, hashOf([file], {})]));
  expect(digests(forKind)).toMatchObject(digests(own));
  expect(forKind?.map(({ path }) => path)).toEqual(expect.arrayContaining(['rootfs/kind/manifests/default-cni.yaml', 'rootfs/kind/manifests/default-storage.yaml', 'source/extra.sh']));
  expect(own?.filter(({ path }) => path.startsWith('rootfs/kind/'))).toEqual([]);
});

// A later file overrules an earlier one, and kind waits for what the earlier one switches off.
test('the settings of systemd that kind needs are read after kindbox\'s', async () => {
  const folder = 'rootfs/etc/systemd/system.conf.d/';
  const files = (await readVariantTree(nodeImageFolder(), KIND)).filter(({ path }) => path.startsWith(folder)).map(({ path, content }) => ({ path, text: content.toString() }));
  const inOrder = files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  expect(inOrder.flatMap(({ text }) => /^ShowStatus=(.*)$/m.exec(text)?.[1] ?? [])).toEqual(['no', 'yes']);
});

test('the ordinary layout is made after everything else of the assembly', async () => {
  const folder = 'rootfs/usr/local/lib/kindbox/assemble.d/';
  const paths = (await readVariantTree(nodeImageFolder(), { target: 'kind', layout: 'ordinary', cri: 'containerd' })).map(({ path }) => path).filter((path) => path.startsWith(folder));
  expect(paths.sort()).toEqual([`${folder}50-kind`, `${folder}90-ordinary-layout`]);
});

test('a build from releases pulls the images that kind\'s manifests name, each once', async () => {
  const images = textOf(releaseFiles(await inputsFor(KIND, 'release')), 'images').trimEnd().split('\n');
  const own = textOf(releaseFiles(await inputsFor(KINDBOX, 'release')), 'images').trimEnd().split('\n');
  const files = await readVariantTree(nodeImageFolder(), KIND);
  const named = ['default-cni.yaml', 'default-storage.yaml'].flatMap((name) => imagesOf(textOf(files, `rootfs/kind/manifests/${name}`)));
  expect(images.sort()).toEqual([...new Set([...own, ...named])].sort());
  expect(images.length).toBe(own.length + 1);
});

test('the provisioner that is compiled is the one that its manifest names', async () => {
  const files = await readVariantTree(nodeImageFolder(), KIND);
  const [image = ''] = imagesOf(textOf(files, 'rootfs/kind/manifests/default-storage.yaml'));
  const [, version] = image.split(':');
  expect(textOf(files, `source/modules/local-path-provisioner-${version}/go.mod`)).toContain(`github.com/rancher/local-path-provisioner ${version}`);
  expect(textOf(files, 'rootfs/kind/manifests/default-storage.yaml').match(/image(: |=)docker\.io\S+/g)).toEqual(Array.from({ length: 3 }, () => expect.stringContaining(image) as string));
});

test('its one StorageClass is the default, and its provisioner is the one that answers', async () => {
  const objects = parseAllDocuments(textOf(await readVariantTree(nodeImageFolder(), KIND), 'rootfs/kind/manifests/default-storage.yaml')).map((document) => document.toJS() as Record<string, unknown>);
  expect(objects.filter(({ kind }) => kind === 'StorageClass')).toEqual([expect.objectContaining({
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'rancher.io/local-path',
  })]);
});
