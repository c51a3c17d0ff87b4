import { request } from 'node:http';
import { deployment, service } from './manifests.js';

const NAME = 'traefik';
const PORT = 8000;

/** What Traefik needs of a cluster to be its ingress controller, in a namespace. */
export function traefik(image: string, namespace: string): object[] {
  const container = {
    name: NAME, image, imagePullPolicy: 'Never',
    args: [`--entryPoints.web.address=:${PORT}`, '--providers.kubernetesIngress=true', '--ping=true', '--ping.entryPoint=web', '--global.checkNewVersion=false', '--global.sendAnonymousUsage=false'],
    readinessProbe: { httpGet: { path: '/ping', port: PORT }, periodSeconds: 1 },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: NAME }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    },
    { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: NAME }, spec: { controller: 'traefik.io/ingress-controller' } },
    deployment(NAME, 1, { serviceAccountName: NAME, terminationGracePeriodSeconds: 0, containers: [container] }),
    service(NAME, 'NodePort', PORT),
  ];
}

const rules = [
  { apiGroups: [''], resources: ['services', 'secrets', 'nodes', 'configmaps'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
];

/** The requests to a host go to a Service of that port 80; the paths are prefixes. */
export function ingress(name: string, host: string, paths: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name },
    spec: {
      ingressClassName: NAME,
      rules: [{
        host,
        http: { paths: Object.entries(paths).map(([path, to]) => ({ path, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } })) },
      }],
    },
  };
}

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** GET from the host that runs the tests, with a name that no DNS knows: fetch() sets the header Host itself. */
export async function fetchAs(host: string, address: string, port: number, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, path, headers: { host }, agent: false, timeout: 10_000 }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (chunk: string) => { body += chunk; });
      response.on('end', () => { resolve({ status: response.statusCode, body }); });
      response.on('error', reject);
    });
    sent.on('timeout', () => { sent.destroy(new Error(`${address}:${port} does not answer`)); });
    sent.on('error', reject);
    sent.end();
  });
}
