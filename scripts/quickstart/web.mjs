import { setTimeout as sleep } from 'node:timers/promises';

export const nodePort = 30080;
const podPort = 8080;

// No registry is asked for anything: the busybox of an image that every node has can serve a page.
const serve = [
  'mkdir /tmp/web',
  'echo "Hello from $POD on $NODE" > /tmp/web/index.html',
  `exec busybox httpd -f -p ${podPort} -h /tmp/web`,
].join(' && ');

const fromField = (name, fieldPath) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** A Deployment of two replicas and a Service that every node answers for. */
export function webManifest(image) {
  const labels = { app: 'hello' };
  const metadata = { name: 'hello', labels };
  const container = {
    name: 'web',
    image,
    imagePullPolicy: 'Never',
    command: ['sh', '-c', serve],
    env: [fromField('POD', 'metadata.name'), fromField('NODE', 'spec.nodeName')],
    ports: [{ containerPort: podPort }],
    readinessProbe: { httpGet: { path: '/', port: podPort }, periodSeconds: 1 },
  };
  const spread = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } };
  const template = { metadata: { labels }, spec: { containers: [container], topologySpreadConstraints: [spread], terminationGracePeriodSeconds: 1 } };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 2, selector: { matchLabels: labels }, template } },
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: podPort, nodePort }] } },
    ],
  };
}

/** The page, as soon as the node's kube-proxy knows of the Service; at the latest after so many milliseconds. */
export async function fetchPage(address, patience = 60_000) {
  const url = `http://${address}:${nodePort}/`;
  const end = Date.now() + patience;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      const text = (await response.text()).trim();
      if (response.ok && text.startsWith('Hello from ')) return { url, text };
      throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
    } catch (error) {
      if (Date.now() > end) throw new Error(`${url} gave no page within ${patience / 1000} s: ${error.cause?.message ?? error.message}`);
      await sleep(200);
    }
  }
}
