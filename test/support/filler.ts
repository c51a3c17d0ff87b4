import { inNode } from './docker.js';

const LABELS = { app: 'filler' };

/** Three replicas that refuse to share a node: as many run as there are workers, up to three. */
export function fillerDeployment(image: string): object {
  const apart = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: LABELS }, topologyKey: 'kubernetes.io/hostname' }] };
  const container = { name: 'filler', image, imagePullPolicy: 'IfNotPresent' };
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [container], affinity: { podAntiAffinity: apart }, terminationGracePeriodSeconds: 0 },
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'filler' }, spec: { replicas: 3, selector: { matchLabels: LABELS }, template } };
}

/** Every node has it for its sandboxes. */
export async function pauseImageOf(node: string): Promise<string> {
  const images = (await inNode(node, ['ctr', '--namespace=k8s.io', 'images', 'list', '--quiet'])).split('\n');
  const image = images.find((reference) => /\/pause:/.test(reference));
  if (image === undefined) throw new Error(`${node} has no pause image`);
  return image;
}
