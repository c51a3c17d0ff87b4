import type Dockerode from 'dockerode';
import { LABELS } from '../../nodes/labels.js';
import type { NodeSpec } from '../types.js';
import { privilegedHostConfig, type NodePrivileges } from './node-privileges.js';

/** Sysbox gives a container everything that a node needs by itself. */
export const SYSBOX_RUNTIME = 'sysbox-runc';

/** Where nested containers keep their files: overlayfs does not stack on Docker's own, so each is a volume. */
const STORES = ['/var/lib/kubelet', '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs', '/var/lib/docker'];
const ETCD_STORE = '/var/lib/etcd';

/** The body of a node's POST /containers/create. `privileges` is absent for Sysbox. */
export function nodeRequest(spec: NodeSpec, privileges: NodePrivileges | undefined): Dockerode.ContainerCreateOptions {
  return {
    name: spec.name,
    Hostname: spec.name,
    Image: spec.image,
    Labels: { ...spec.labels },
    Env: Object.entries(spec.environment ?? {}).map(([name, value]) => `${name}=${value}`),
    // systemd reports its start, and its failures, only to a console: without a terminal `docker logs` stays empty.
    Tty: true,
    OpenStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.nodePort}/tcp`, {}])),
    HostConfig: {
      Runtime: spec.runtime,
      NetworkMode: spec.network,
      PortBindings: portBindings(spec),
      RestartPolicy: { Name: 'no' },
      // A daemon with "init": true would put tini before systemd, which wants to be process 1.
      Init: false,
      ...(privileges && privilegedHostConfig(privileges)),
      ...(privileges && { Mounts: storeVolumes(spec) as Dockerode.MountConfig }),
    },
    NetworkingConfig: { EndpointsConfig: { [spec.network]: {} } },
  };
}

function portBindings(spec: NodeSpec): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { nodePort, hostPort, hostAddress } of spec.ports) {
    (bindings[`${nodePort}/tcp`] ??= []).push({ HostIp: hostAddress ?? '', HostPort: hostPort === 0 ? '' : String(hostPort) });
  }
  return bindings;
}

/** Anonymous, so that they go with their node; labelled, so that they are found if they did not. */
function storeVolumes(spec: NodeSpec): unknown[] {
  const stores = spec.labels[LABELS.role] === 'worker' ? STORES : [...STORES, ETCD_STORE];
  return stores.map((Target) => ({ Type: 'volume', Target, VolumeOptions: { Labels: { ...spec.labels } } }));
}
