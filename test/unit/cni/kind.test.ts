import { parseAllDocuments } from 'yaml';
import { chooseCni, cniImages } from '../../../src/cni/cni.js';
import { imagesOf } from '../../../src/cni/images.js';
import { kindCniManifest } from '../../../src/cni/kind.js';

interface Container { readonly command: string[]; readonly args: string[]; readonly env: readonly { readonly name: string }[] }
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

const settings = { podSubnet: '10.244.0.0/16', apiServer: new URL('https://a:6443') };
let manifest: string;
let objects: KubernetesObject[];
beforeAll(async () => {
  manifest = await kindCniManifest();
  objects = parseAllDocuments(manifest).map((document) => document.toJS() as KubernetesObject);
});

test('has the sentences by which kind knows that it may fill in the pod subnet and the API server\'s address', () => {
  expect(manifest).toContain('would you kindly template this file');
  expect(manifest).toContain('would you kindly patch this file');
});

test('the pod subnet is all that is left to be filled in', () => {
  expect(manifest.match(/\{\{.*?\}\}/g)).toEqual(['{{ .PodSubnet }}']);
  expect(manifest).not.toContain('${API_SERVER');
  expect(manifest).not.toContain('replaced');
  const [net] = objects.flatMap(({ data }) => data?.['net-conf.json'] ?? []);
  expect(JSON.parse(net?.replace('{{ .PodSubnet }}', settings.podSubnet) ?? '')).toMatchObject({ Network: settings.podSubnet });
});

test('has the objects and the images of flannel as kindbox applies it', async () => {
  const flannel = await chooseCni('flannel');
  const own = parseAllDocuments(await flannel.manifest?.(settings) ?? '').map((document) => document.toJS() as KubernetesObject);
  const names = (list: readonly KubernetesObject[]) => list.map(({ kind, metadata }) => [kind, metadata.name]);
  expect(names(objects)).toEqual(names(own));
  expect(imagesOf(manifest)).toEqual(await cniImages(flannel, settings));
});

// kind adds CONTROL_PLANE_ENDPOINT, HOST:PORT, and nothing by the names that Kubernetes' clients look for.
test('flanneld finds the API server where kind says it is, and is given its arguments', () => {
  const containers = objects.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
  expect(containers).toHaveLength(1);
  const [{ command, args, env } = { command: [], args: [], env: [] }] = containers;
  expect(env.map(({ name }) => name)).toEqual(['NODE_NAME', 'EVENT_QUEUE_DEPTH', 'CONT_WHEN_CACHE_NOT_READY']);
  expect(env.filter(({ name }) => name.startsWith('KUBERNETES_SERVICE_'))).toEqual([]);
  expect(command.slice(0, 2)).toEqual(['/bin/sh', '-c']);
  expect(command[2]).toContain('KUBERNETES_SERVICE_HOST="${CONTROL_PLANE_ENDPOINT%:*}"');
  expect(command[2]).toMatch(/exec \/opt\/bin\/flanneld "\$@"$/);
  expect(args).toEqual(['--ip-masq', '--kube-subnet-mgr']);
});
