import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chooseCni, cniImages, type Cni } from '../../../src/cni/cni.js';
import { CNI_NAMES } from '../../../src/cni/names.js';

const settings = { podSubnet: '10.200.0.0/16', apiServer: new URL('https://172.18.0.2:6443') };

interface KubernetesObject { apiVersion: string; kind: string; metadata: { name: string; namespace?: string }; [field: string]: unknown }
const objectsOf = async (cni: Cni): Promise<KubernetesObject[]> =>
  parseAllDocuments(await cni.manifest?.(settings) ?? '').map((document) => document.toJS() as KubernetesObject);

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'kindbox-cni-')); });
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, 'cni.yaml');
  await writeFile(path, text);
  return path;
}

describe.each(CNI_NAMES.filter((name) => name !== 'none'))('%s', (name) => {
  test('has objects of which no two are the same', async () => {
    const objects = await objectsOf(await chooseCni(name));
    const ids = objects.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.namespace, metadata.name].join(' '));
    expect(ids.length).toBeGreaterThan(4);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has the pod subnet and the API server\'s own address, and no placeholder left', async () => {
    const text = await (await chooseCni(name)).manifest?.(settings) ?? '';
    expect(text).toContain(settings.podSubnet);
    expect(text).toContain('172.18.0.2');
    expect(text).not.toMatch(/\$\{|undefined|\[object/);
  });

  test('names its images with a version each', async () => {
    const images = await cniImages(await chooseCni(name), settings);
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image).toMatch(/^[a-z.]+\/[a-z/-]+:v?\d+\.\d+\.\d+$/);
  });

  test('every role is bound to an account that exists, every account is used', async () => {
    const objects = await objectsOf(await chooseCni(name));
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    const bound = objects.filter(({ kind }) => kind.endsWith('RoleBinding')).flatMap(({ subjects }) => (subjects as { name: string }[]).map((subject) => subject.name));
    const used = JSON.stringify(objects.filter(({ kind }) => ['DaemonSet', 'Deployment'].includes(kind)));
    expect([...new Set(bound)].sort()).toEqual([...accounts].sort());
    for (const account of accounts.filter((candidate) => candidate !== 'calico-cni-plugin')) expect(used).toContain(`"serviceAccountName":"${account}"`);
  });
});

test('custom resources have the plural names that calico asks for', async () => {
  const objects = await objectsOf(await chooseCni('calico'));
  const resources = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name.replace('.crd.projectcalico.org', ''));
  expect(resources).toEqual(expect.arrayContaining([
    'ippools', 'ipamblocks', 'blockaffinities', 'ipamconfigs', 'ipamhandles', 'clusterinformations', 'felixconfigurations', 'bgpconfigurations', 'bgppeers',
    'caliconodestatuses', 'globalnetworkpolicies', 'networkpolicies', 'networksets', 'globalnetworksets', 'hostendpoints', 'kubecontrollersconfigurations', 'tiers',
    'ipreservations', 'stagedkubernetesnetworkpolicies',
  ]));
});

test('none leaves networking to the user', async () => {
  expect((await chooseCni('none')).manifest).toBeUndefined();
});

test('a manifest of the user\'s is applied as it is, and its images are found in lists and templates', async () => {
  const text = 'apiVersion: v1\nkind: List\nitems:\n- spec: {template: {spec: {initContainers: [{image: a:1}], containers: [{image: b:2}, {image: a:1}]}}}\n---\n# nothing\n';
  const cni = await chooseCni(await file(text));
  expect(await cni.manifest?.(settings)).toBe(text);
  expect(await cniImages(cni, settings)).toEqual(['a:1', 'b:2']);
});

test.each([
  ['a: [1', /cni\.yaml:1:\d+ is not YAML/],
  ['apiVersion: v1\nkind: Namespace\n---\njust text\n', /cni\.yaml:4:1 has no object/],
  ['kind: Namespace\n', /cni\.yaml:1:1 has no object/],
  ['# only a comment\n', /has no objects/],
  ['', /has no objects/],
])('%j is refused with its place', async (text, message) => {
  await expect(chooseCni(await file(text))).rejects.toMatchObject({ reason: 'usage', message: expect.stringMatching(message) as string });
});

test('a manifest that would be the end of the parser is refused, and the schemas of custom resources are not', async () => {
  await expect(chooseCni(await file(`apiVersion: v1\nkind: X\nx: ${'['.repeat(100_000)}`))).rejects.toMatchObject({ reason: 'usage', message: expect.stringMatching(/too deeply/) as string });
  const schema = Array.from({ length: 45 }, (_, level) => `${'  '.repeat(level)}properties:`).join('\n');
  await expect(chooseCni(await file(`apiVersion: v1\nkind: X\n${schema}\n`))).resolves.toMatchObject({ name: 'file' });
});

test('what is neither a name nor a file is refused with the names', async () => {
  await expect(chooseCni('flanel')).rejects.toMatchObject({ reason: 'usage', message: expect.stringContaining('"flanel"') as string, next: expect.arrayContaining([expect.stringContaining('calico')]) as string[] });
});
