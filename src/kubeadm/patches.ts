import { parseAllDocuments } from 'yaml';
import { isTooDeep } from '../config/yaml-limits.js';
import { KindboxError } from '../errors/index.js';
import { closest } from '../errors/closest.js';
import { printable } from '../errors/printable.js';
import type { NodeRole } from '../nodes/role.js';
import { withArgumentMaps } from './extra-args.js';
import { isJsonObject, mergePatch, valueAt, type JsonObject } from './merge-patch.js';

const GROUPS = {
  InitConfiguration: 'kubeadm.k8s.io',
  ClusterConfiguration: 'kubeadm.k8s.io',
  JoinConfiguration: 'kubeadm.k8s.io',
  KubeletConfiguration: 'kubelet.config.k8s.io',
  KubeProxyConfiguration: 'kubeproxy.config.k8s.io',
} as const;

export type PatchedKind = keyof typeof GROUPS;

/** Changes to one of kubeadm's documents. */
export interface KubeadmPatch {
  readonly kind: PatchedKind;
  readonly body: JsonObject;
}

/** What kindbox itself works with. A patch of it would make a cluster that kindbox cannot finish, or not find again. */
const RESERVED: readonly (readonly [kind: PatchedKind, path: string, because: string])[] = [
  ['InitConfiguration', 'skipPhases', 'It runs all phases but the preflight checks.'],
  ['JoinConfiguration', 'skipPhases', 'It runs all phases but the preflight checks.'],
  ['InitConfiguration', 'bootstrapTokens', 'The token with which workers join lives for one run only.'],
  ['InitConfiguration', 'localAPIEndpoint.bindPort', 'The port of the API server is 6443 in every cluster.'],
  ['InitConfiguration', 'nodeRegistration.name', 'A node is called what its container is called.'],
  ['InitConfiguration', 'nodeRegistration.criSocket', 'The node image decides it.'],
  ['JoinConfiguration', 'discovery', 'Workers trust the CA that is read from the control plane.'],
  ['JoinConfiguration', 'controlPlane', 'A cluster has one control plane.'],
  ['JoinConfiguration', 'nodeRegistration.name', 'A node is called what its container is called.'],
  ['JoinConfiguration', 'nodeRegistration.criSocket', 'The node image decides it.'],
  ['ClusterConfiguration', 'clusterName', 'It is the name of the cluster.'],
  ['ClusterConfiguration', 'kubernetesVersion', 'The node image decides it.'],
  ['ClusterConfiguration', 'controlPlaneEndpoint', 'Workers reach the control plane at its own address.'],
  ['ClusterConfiguration', 'networking.podSubnet', 'It is an option of the cluster: --pod-subnet, or networking.podSubnet in a configuration file.'],
  ['ClusterConfiguration', 'networking.serviceSubnet', 'It is an option of the cluster: networking.serviceSubnet in a configuration file.'],
];

/** @throws KindboxError usage: not YAML, no kind, a kind that kubeadm is not given, or a field that kindbox decides. */
export function parseKubeadmPatch(text: string): KubeadmPatch[] {
  if (isTooDeep(text)) throw refusal('A patch of kubeadm\'s configuration is nested too deeply');
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: 'silent' });
  const patches = [...documents].map((document): unknown => {
    const [error] = document.errors;
    if (error !== undefined) throw refusal('A patch of kubeadm\'s configuration is not YAML', `${error.message}.`);
    return toJson(() => document.toJS());
  }).filter((body) => body !== null);
  if (patches.length === 0) throw refusal('A patch of kubeadm\'s configuration is empty');
  return patches.map(checked);
}

function toJson(convert: () => unknown): unknown {
  try {
    return convert();
  } catch (error) {
    // The library refuses aliases that multiply, and aliases of nothing.
    throw refusal('A patch of kubeadm\'s configuration cannot be read', error instanceof Error ? `${error.message}.` : undefined);
  }
}

function checked(body: unknown): KubeadmPatch {
  if (!isJsonObject(body)) throw refusal('A patch of kubeadm\'s configuration is not a mapping');
  const { kind, apiVersion, ...changes } = body;
  const kinds = Object.keys(GROUPS);
  if (typeof kind !== 'string') throw refusal('A patch of kubeadm\'s configuration does not say its kind', `One of ${kinds.join(', ')}.`);
  if (!isPatchedKind(kind)) {
    const meant = closest(kind, kinds);
    throw refusal(`A patch is of the kind "${printable(kind)}", which kubeadm is not given`, meant === undefined ? `One of ${kinds.join(', ')}.` : `Did you mean "${meant}"?`);
  }
  if (apiVersion !== undefined && !(typeof apiVersion === 'string' && apiVersion.startsWith(`${GROUPS[kind]}/`))) {
    throw refusal(`A patch of ${kind} has the API version "${printable(JSON.stringify(apiVersion))}"`, `It is of the group ${GROUPS[kind]}.`);
  }
  for (const [reservedKind, path, because] of RESERVED) {
    if (kind === reservedKind && touches(changes, path.split('.'))) throw refusal(`A patch of ${kind} sets ${path}, which kindbox decides`, because);
  }
  return { kind, body: withArgumentMaps(kind, changes) };
}

/** Whether the patch sets the field, or takes it away with what is around it. */
function touches(changes: JsonObject, path: readonly string[]): boolean {
  const around = path.map((_, depth) => valueAt(changes, path.slice(0, depth + 1)));
  return around.at(-1) !== undefined || around.slice(0, -1).some((value) => value !== undefined && !isJsonObject(value));
}

function isPatchedKind(kind: string): kind is PatchedKind {
  return Object.hasOwn(GROUPS, kind);
}

/**
 * What kubeadm is given on this kind of node; patches of other kinds do nothing there. A worker's kubelet has the
 * cluster's KubeletConfiguration: kubeadm join fetches it and takes no other.
 */
export const KINDS_OF_ROLE: Readonly<Record<NodeRole, readonly PatchedKind[]>> = {
  'control-plane': ['InitConfiguration', 'ClusterConfiguration', 'KubeletConfiguration', 'KubeProxyConfiguration'],
  worker: ['JoinConfiguration'],
};

/** @throws KindboxError usage: the patches are for one node, on which they would do nothing. */
export function requireEffect(role: NodeRole, patches: readonly KubeadmPatch[]): void {
  const idle = patches.find(({ kind }) => !KINDS_OF_ROLE[role].includes(kind));
  if (idle === undefined) return;
  const because = `There, kubeadm is given ${KINDS_OF_ROLE[role].join(', ')}. ${idle.kind === 'JoinConfiguration' ? 'It is for workers' : 'Make it a patch of the cluster'}.`;
  throw refusal(`A patch of ${idle.kind} has no effect on a ${role === 'worker' ? 'worker' : 'control plane'} alone`, because);
}

/** The documents with all patches of their kinds merged into them, in the order of the patches. */
export function withPatches(documents: readonly JsonObject[], patches: readonly KubeadmPatch[]): JsonObject[] {
  return documents.map((document) => patches
    .filter(({ kind }) => kind === document['kind'])
    .reduce<JsonObject>((patched, { body }) => mergePatch(patched, body) as JsonObject, document));
}

function refusal(message: string, because?: string): KindboxError {
  return new KindboxError(message, { reason: 'usage', because });
}
