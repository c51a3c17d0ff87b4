import { docker } from './docker.js';
import { isReady, type Kubectl, type Pod } from './kubectl.js';
import { loadProbeImage } from './probe-image.js';

export const PROBE_PORT = 8080;
export const PROBE_NODE_PORT = 30090;
const SERVICE = 'probe';
const LABELS = { app: 'probe' };

interface ProbedCluster {
  readonly kubectl: Kubectl;
  readonly nodes: readonly string[];
}

/** One probe on every node of a cluster, the control plane included, behind one Service. */
export class Probe {
  private constructor(readonly kubectl: Kubectl, readonly pods: readonly Pod[], readonly clusterIp: string) {}

  static readonly serviceName = SERVICE;
  static readonly servicePort = 80;

  /** Puts the image into the nodes as well, unless one is named that they have. */
  static async deploy(cluster: ProbedCluster, { nodes = cluster.nodes, present }: { nodes?: readonly string[]; present?: string } = {}): Promise<Probe> {
    const image = present ?? await loadProbeImage(nodes);
    await cluster.kubectl.apply(daemonSet(image), service());
    await cluster.kubectl.rolledOut(`daemonset/${SERVICE}`);
    const pods = (await cluster.kubectl.pods('app=probe')).filter(isReady);
    const { spec } = await cluster.kubectl.get<{ spec: { clusterIP: string } }>('service', SERVICE);
    return new Probe(cluster.kubectl, pods, spec.clusterIP);
  }

  /** Runs the probe program in a pod. */
  async run(pod: Pod, ...argv: string[]): Promise<string> {
    return this.kubectl.run(['exec', pod.metadata.name, '--', '/probe', ...argv]);
  }

  get podNames(): string[] {
    return this.pods.map(({ metadata }) => metadata.name);
  }
}

/** An HTTP GET from a node, by the one HTTP client that each of them has. */
export async function fetchFromNode(node: string, server: string, path: string): Promise<string> {
  return docker(['exec', node, 'kubectl', '--kubeconfig=/dev/null', `--server=${server}`, 'get', `--raw=${path}`]);
}

/** An HTTP GET from the host that runs the tests. */
export async function fetchFromHost(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

function daemonSet(image: string): object {
  const container = {
    name: 'probe', image, imagePullPolicy: 'Never', args: ['serve', `:${PROBE_PORT}`],
    ports: [{ containerPort: PROBE_PORT }],
    readinessProbe: { httpGet: { path: '/hostname', port: PROBE_PORT }, periodSeconds: 1 },
  };
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [container], tolerations: [{ operator: 'Exists' }], terminationGracePeriodSeconds: 0 },
  };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: SERVICE }, spec: { selector: { matchLabels: LABELS }, template } };
}

function service(): object {
  const ports = [{ port: Probe.servicePort, targetPort: PROBE_PORT, nodePort: PROBE_NODE_PORT }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: SERVICE }, spec: { type: 'NodePort', selector: LABELS, ports } };
}
