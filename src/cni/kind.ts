import { chooseCni } from './cni.js';

/** kind fills in the subnet of the manifest that says the first, and adds CONTROL_PLANE_ENDPOINT where it says the second. */
const MARKS = ['would you kindly template this file', 'would you kindly patch this file'];

/** Nobody can write the address of the API server into the manifest: it follows from the cluster's name. */
const LAUNCHER = [
  'export KUBERNETES_SERVICE_HOST="${CONTROL_PLANE_ENDPOINT%:*}" KUBERNETES_SERVICE_PORT="${CONTROL_PLANE_ENDPOINT##*:}"',
  'exec /opt/bin/flanneld "$@"',
].join('; ');

/** flannel as the default CNI of a node image for kind (v0.24 or later): a template of kind's. IPv4 only. */
export async function kindCniManifest(): Promise<string> {
  const { parseAllDocuments, stringify } = await import('yaml');
  const flannel = await chooseCni('flannel');
  const manifest = await flannel.manifest?.({ podSubnet: '{{ .PodSubnet }}', apiServer: new URL('https://replaced:6443') }) ?? '';
  const objects = parseAllDocuments(manifest).map((document) => document.toJS() as KubernetesObject);
  const adapted = objects.map((object) => (object.kind === 'DaemonSet' ? withLauncher(object as DaemonSet) : object));
  return `${MARKS.map((mark) => `# ${mark}\n`).join('')}${adapted.map((object) => stringify(object)).join('---\n')}`;
}

interface KubernetesObject {
  readonly kind: string;
}

interface Container {
  readonly env: readonly { readonly name: string }[];
}

interface DaemonSet extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

function withLauncher(daemonSet: DaemonSet): DaemonSet {
  const { spec } = daemonSet;
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    command: ['/bin/sh', '-c', LAUNCHER, 'flanneld'],
    env: container.env.filter(({ name }) => !name.startsWith('KUBERNETES_SERVICE_')),
  }));
  return { ...daemonSet, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } };
}
