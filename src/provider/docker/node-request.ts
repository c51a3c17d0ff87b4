import type Dockerode from 'dockerode';
import { LABELS } from '../../nodes/labels.js';
import type { MountSpec, NodeSpec, PortSpec } from '../types.js';
import { privilegedHostConfig, type NodePrivileges } from './node-privileges.js';

/** Where nested containers keep their files: overlayfs does not stack on Docker's own, so each is a volume. */
const STORES = ['/var/lib/kubelet', '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs', '/var/lib/docker'];
/** Of a container that asks for none. */
const USUAL_SHARES = 1024;
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
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      Runtime: spec.runtime,
      NetworkMode: spec.network,
      PortBindings: portBindings(spec),
      RestartPolicy: { Name: 'no' },
      // A daemon with "init": true would put tini before systemd, which wants to be process 1.
      Init: false,
      ...(privileges && privilegedHostConfig(privileges)),
      ...((privileges || spec.mounts) && { Mounts: [...(privileges ? storeVolumes(spec) : []), ...(spec.mounts ?? []).map(bindMount)] as Dockerode.MountConfig }),
      ...limits(spec),
      ...(spec.ipv6Forwarding && { // Docker leaves IPv6 off on interfaces that are not its own: the pods' would have none.
      Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.all.forwarding': '1' } }),
    },
    NetworkingConfig: { EndpointsConfig: { [spec.network]: endpoint(spec) } },
  };
}

function endpoint({ ipv4, ipv6 }: NodeSpec): Dockerode.EndpointSettings {
  if (ipv4 === undefined && ipv6 === undefined) return {};
  return { IPAMConfig: { ...(ipv4 !== undefined && { IPv4Address: ipv4 }), ...(ipv6 !== undefined && { IPv6Address: ipv6 }) } };
}

function portKey({ nodePort, protocol = 'tcp' }: PortSpec): string {
  return `${nodePort}/${protocol}`;
}

/** Without swap on top: a node that may use as much again is not limited. */
function limits({ cpus, cpuWeight, memoryBytes }: NodeSpec): Dockerode.HostConfig {
  return {
    ...(cpuWeight !== undefined && { CpuShares: Math.round(cpuWeight * USUAL_SHARES) }),
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    ...(memoryBytes !== undefined && { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

function bindMount({ hostPath, nodePath, readOnly = false, propagation }: MountSpec): unknown {
  return {
    Type: 'bind', Source: hostPath, Target: nodePath, ReadOnly: readOnly,
    ...(propagation !== undefined && { BindOptions: { Propagation: propagation } }),
  };
}

function portBindings(spec: NodeSpec): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of spec.ports) {
    const { hostPort, hostAddress } = port;
    (bindings[portKey(port)] ??= []).push({ HostIp: hostAddress ?? '', HostPort: hostPort === 0 ? '' : String(hostPort) });
  }
  return bindings;
}

/** Anonymous, so that they go with their node; labelled, so that they are found if they did not. */
function storeVolumes(spec: NodeSpec): unknown[] {
  const stores = spec.labels[LABELS.role] === 'worker' ? STORES : [...STORES, ETCD_STORE];
  return stores.map((Target) => ({ Type: 'volume', Target, VolumeOptions: { Labels: { ...spec.labels } } }));
}
