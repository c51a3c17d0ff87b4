import { parseKubeadmPatch, KINDS_OF_ROLE } from '../kubeadm/patches.js';
import { KindboxError } from '../errors/index.js';
import type { NodeRole } from '../nodes/role.js';
import { KindImages } from './kind-images.js';
import type { KindConfig, KindNode } from './kind-schema.js';
import { networkingOf } from './kind-networking.js';
import { fieldName, type Path } from './problems.js';
import { API_VERSION, KIND, type ClusterConfigInput } from './schema.js';

/** A part of a file of kind's that kindbox has no equivalent for. */
export interface Remark {
  readonly path: Path;
  /** error: without it the cluster would be another one than was asked for. warning: it would not. */
  readonly level: 'error' | 'warning';
  readonly message: string;
}

export interface MappedConfig {
  readonly config: ClusterConfigInput;
  readonly remarks: readonly Remark[];
  /** Where in kind's file a field of ours comes from. */
  readonly origin: (path: Path) => Path;
}

type NodeInput = NonNullable<ClusterConfigInput['controlPlane']>;
export type Tell = (level: Remark['level'], path: Path, message: string) => void;

/** kind's configuration as one of ours, field by field. Nothing is dropped without a remark. */
export function fromKind(kind: KindConfig): MappedConfig {
  const remarks: Remark[] = [];
  const tell: Tell = (level, path, message) => { remarks.push({ level, path, message: `${fieldName(path)}: ${message}` }); };
  const nodes = (kind.nodes ?? []).map((node, index) => ({ ...node, role: node.role ?? 'control-plane', index }));
  const controlPlanes = nodes.filter(({ role }) => role === 'control-plane');
  const workers = nodes.filter(({ role }) => role === 'worker');
  const [controlPlane] = controlPlanes;
  for (const { index } of controlPlanes.slice(1)) tell('error', ['nodes', index], 'clusters of kindbox have one control plane');
  if (nodes.length > 0 && controlPlane === undefined) tell('error', ['nodes'], 'a cluster needs a node of the role control-plane');
  const images = new KindImages([controlPlane, ...workers].flatMap((node) => node ?? []), tell);
  jsonPatches(kind, [], tell);

  const config: ClusterConfigInput = {
    apiVersion: API_VERSION, kind: KIND,
    ...(kind.name === undefined || kind.name === '' ? {} : { name: kind.name }),
    ...images.ofCluster(),
    ...networkingOf(kind.networking ?? {}, tell),
    controlPlane: { ...images.ofNode(controlPlane), ...nodeOf(controlPlane, 'control-plane', tell) },
    workers: workers.map((node) => ({ ...images.ofNode(node), ...nodeOf(node, 'worker', tell) })),
    ...some('featureGates', kind.featureGates),
    ...some('runtimeConfig', kind.runtimeConfig),
    ...some('kubeadmConfigPatches', kind.kubeadmConfigPatches),
    ...some('containerdConfigPatches', kind.containerdConfigPatches),
  };
  const { controlPlane: settings = {}, ...others } = config;
  return {
    config: Object.keys(settings).length === 0 ? others : config,
    remarks,
    origin: (path) => originOf(path, controlPlane?.index ?? 0, workers.map(({ index }) => index)),
  };
}

function nodeOf(node: (KindNode & { readonly index: number }) | undefined, role: NodeRole, tell: Tell): NodeInput {
  if (node === undefined) return {};
  const at: Path = ['nodes', node.index];
  jsonPatches(node, at, tell);
  if (node.gpus !== undefined && node.gpus !== '') tell('error', [...at, 'gpus'], 'nodes of kindbox have no GPUs');
  return {
    ...some('labels', node.labels),
    ...some('mounts', node.extraMounts?.map(({ hostPath, containerPath, readOnly, propagation, selinuxRelabel }, index) => {
      if (selinuxRelabel === true) tell('warning', [...at, 'extraMounts', index, 'selinuxRelabel'], 'files are not relabelled; it matters only where SELinux enforces');
      return { hostPath, nodePath: containerPath, ...(readOnly === undefined ? {} : { readOnly }), ...(propagation === undefined ? {} : { propagation: PROPAGATIONS[propagation] }) };
    })),
    ...some('ports', node.extraPortMappings?.map(({ containerPort, hostPort = 0, listenAddress, protocol }) => ({
      nodePort: containerPort, hostPort: Math.max(0, hostPort),
      ...(listenAddress === undefined || listenAddress === '' ? {} : { hostAddress: listenAddress }),
      ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp' }),
    }))),
    ...some('kubeadmConfigPatches', node.kubeadmConfigPatches?.filter((patch, index) => hasEffect(patch, role, [...at, 'kubeadmConfigPatches', index], tell))),
  };
}

const PROPAGATIONS = { None: 'private', HostToContainer: 'rslave', Bidirectional: 'rshared' } as const;

/** kind hands kubeadm every patch of a node, and kubeadm leaves aside what is not for that node. */
function hasEffect(patch: string, role: NodeRole, path: Path, tell: Tell): boolean {
  try {
    const kinds = parseKubeadmPatch(patch).map(({ kind }) => kind);
    if (kinds.every((kind) => KINDS_OF_ROLE[role].includes(kind))) return true;
    if (kinds.some((kind) => KINDS_OF_ROLE[role].includes(kind))) return true;
    tell('warning', path, `a patch of ${kinds.join(', ')} has no effect on a ${role === 'worker' ? 'worker' : 'control plane'} alone, with kind neither`);
    return false;
  } catch (error) {
    // What is wrong with it is said where the result is checked.
    if (error instanceof KindboxError) return true;
    throw error;
  }
}

function jsonPatches(where: Pick<KindConfig, 'kubeadmConfigPatchesJSON6902'> & Partial<Pick<KindConfig, 'containerdConfigPatchesJSON6902'>>, at: Path, tell: Tell): void {
  for (const field of ['kubeadmConfigPatchesJSON6902', 'containerdConfigPatchesJSON6902'] as const) {
    if ((where[field] ?? []).length > 0) tell('error', [...at, field], `kindbox has no JSON patches (RFC 6902); write a merge patch in ${field.replace('JSON6902', '')}`);
  }
}

function some<K extends string, T extends object>(name: K, value: T | null | undefined): { [P in K]?: T } {
  return (value === null || value === undefined || Object.keys(value).length === 0 ? {} : { [name]: value }) as { [P in K]?: T };
}

/** Names that kind has for the fields of ours. */
const KIND_NAMES: Readonly<Record<string, string>> = { mounts: 'extraMounts', ports: 'extraPortMappings', nodePath: 'containerPath', nodePort: 'containerPort', hostAddress: 'listenAddress' };
const NETWORKING = new Set(['ipFamily', 'kubeProxyMode', 'podSubnet', 'serviceSubnet', 'apiServerPort', 'apiServerAddress']);

function originOf([first, ...rest]: Path, controlPlane: number, workers: readonly number[]): Path {
  const within = (path: Path): Path => path.map((step) => (typeof step === 'string' && Object.hasOwn(KIND_NAMES, step) ? KIND_NAMES[step] ?? step : step));
  if (first === 'controlPlane') return ['nodes', controlPlane, ...within(rest)];
  if (first === 'workers') return typeof rest[0] === 'number' ? ['nodes', workers[rest[0]] ?? 0, ...within(rest.slice(1))] : ['nodes'];
  if (typeof first === 'string' && NETWORKING.has(first)) return ['networking', first, ...rest];
  return first === undefined ? [] : [first, ...rest];
}
