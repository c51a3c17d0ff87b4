import { PROBE_PORT } from './probe.js';

/** What a scenario says of a container that runs the probe, beyond what all of them need. */
export interface ProbeContainer {
  readonly image: string;
  readonly name?: string;
  readonly env?: readonly object[];
  readonly envFrom?: readonly object[];
  readonly volumeMounts?: readonly object[];
  readonly lifecycle?: object;
}

export function probeContainer({ name = 'probe', ...rest }: ProbeContainer): object {
  return {
    name, imagePullPolicy: 'Never', args: ['serve', `:${PROBE_PORT}`],
    readinessProbe: { httpGet: { path: '/hostname', port: PROBE_PORT }, periodSeconds: 1 },
    ...rest,
  };
}

/** Grace of nothing: what a pod of a test would do with it is stop. */
export function podSpec(container: ProbeContainer, spec: object = {}): object {
  return { terminationGracePeriodSeconds: 0, containers: [probeContainer(container)], ...spec };
}

export function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

export function deployment(name: string, replicas: number, spec: object, strategy?: object): object {
  return workload('Deployment', name, spec, { replicas, ...(strategy === undefined ? {} : { strategy }) });
}

export function daemonSet(name: string, spec: object): object {
  return workload('DaemonSet', name, spec);
}

function workload(kind: string, name: string, spec: object, more: object = {}): object {
  const labels = { app: name };
  return { apiVersion: 'apps/v1', kind, metadata: { name }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec }, ...more } };
}

/** Of the pods that the workload of the same name has. */
export function service(name: string, type: 'ClusterIP' | 'NodePort', targetPort = PROBE_PORT): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type, selector: { app: name }, ports: [{ port: 80, targetPort }] } };
}
