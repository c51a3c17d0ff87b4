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
