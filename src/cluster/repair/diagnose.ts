import { OWN_MANIFEST } from '../../cni/names.js';
import { describeNode } from '../../kubernetes/describe.js';
import { CORDONED, isNodeReady } from '../../kubernetes/nodes.js';
import type { NodeObject } from '../../kubernetes/types.js';
import { SYSBOX_RUNTIME } from '../../host/runtime-check.js';
import { serviceOf } from '../../nodes/container-runtime.js';
import { LABELS } from '../../nodes/labels.js';
import type { ObservedNode } from '../../provider/types.js';
import { controlPlaneOf, isComplete, isNetworked, type ObservedCluster } from '../observe.js';
import { isWorkerName } from '../resize-plan.js';
import { diagnoseContainers } from './containers.js';
import { beyondRepair, note, problem, type Finding } from './findings.js';
import type { ApiView, InsideView, NodeView } from './inside.js';

/** All that is not as it should be with a cluster, and what can be done about it. Contacts nothing. */
export function diagnose(cluster: ObservedCluster, inside: InsideView): Finding[] {
  const outside = diagnoseContainers(cluster);
  const master = controlPlaneOf(cluster);
  if (master === undefined) return outside;
  // Commands in a node that lost its /proc may fail whatever they look for.
  const hopeless = inside.nodes.get(master.name)?.procLost === true ? undefined : hopelessness(cluster, master, outside, inside);
  if (hopeless !== undefined) return [hopeless];
  const troubled = new Set(outside.map(({ node }) => node));
  const running = cluster.nodes.filter(({ name, state }) => state === 'running' && !troubled.has(name));
  const blind = running.flatMap((node) => procFinding(node, inside));
  const services = running.flatMap((node) => (blind.some(({ node: name }) => name === node.name) ? [] : serviceFinding(cluster, node, inside)));
  const silent = running.includes(master) && inside.api === undefined && ![...blind, ...services].some(({ node }) => node === master.name);
  return [
    ...outside, ...blind, ...services,
    ...(silent ? [problem('api-silent', `its API server does not answer${inside.silence === undefined ? ' in time' : ` (${inside.silence})`}`, 'restart the control plane')] : []),
    ...running.flatMap((node) => moveFinding(node, inside)),
    ...(inside.api === undefined ? [] : apiFindings(cluster, running, [...blind, ...services], inside, inside.api)),
    ...kubeconfigFinding(cluster, master, inside),
  ];
}

/** What makes everything else idle. */
function hopelessness(cluster: ObservedCluster, master: ObservedNode, outside: readonly Finding[], { api, hasCredentials, lostNetwork }: InsideView): Finding | undefined {
  const again = [`kindbox destroy ${cluster.name}`, `kindbox create ${cluster.name}`];
  if (lostNetwork !== undefined) return beyondRepair('network-missing', `the network ${lostNetwork} is gone, on which its nodes were made`, again);
  const unfinished = beyondRepair('never-initialised', 'its create has not set up the control plane', again);
  if (hasCredentials === false || (!isComplete(cluster) && api?.initialised === false)) return unfinished;
  if (isComplete(cluster) || master.state !== 'running' || outside.some(({ node }) => node === master.name)) return undefined;
  if (api === undefined) return unfinished;
  const registered = api.nodes.find(({ metadata }) => metadata.name === master.name);
  if (master.labels[LABELS.cni] !== OWN_MANIFEST || (registered !== undefined && isNodeReady(registered))) return undefined;
  return beyondRepair('never-initialised', 'its create has not set up the networking, of which only you have the manifest', [
    `docker exec -i ${master.name} kubectl apply -f - < MANIFEST`, `kindbox repair ${cluster.name}`,
  ]);
}

/** Nothing in such a node may fail for hours, and then everything does. Only its next start gives it others (sysbox#227). */
function procFinding({ name, labels }: ObservedNode, { nodes }: InsideView): Finding[] {
  if (nodes.get(name)?.procLost !== true) return [];
  const cause = labels[LABELS.runtime] === SYSBOX_RUNTIME ? 'Sysbox was restarted, or died, while it ran' : 'the process that showed them has died';
  return [problem('node-proc-lost', `${name} has lost parts of /proc and /sys: ${cause}`, 'restart it', name)];
}

/** The kubelet of a worker that never joined is not meant to run: that is another finding. */
function serviceFinding(cluster: ObservedCluster, { name, role }: ObservedNode, { nodes }: InsideView): Finding[] {
  const { down, joined } = nodes.get(name) ?? { down: [], joined: false } satisfies NodeView;
  if (down.length === 0 || (role === 'worker' && !joined) || (role === 'control-plane' && !joined && !isComplete(cluster))) return [];
  const names = down.map(serviceOf);
  return [problem('service-down', `${names.join(' and ')} ${names.length > 1 ? 'do' : 'does'} not run on ${name}`, 'start it', name)];
}

/** Whoever is at another address than before is not found by the others. */
function moveFinding(node: ObservedNode, { api, serverAddress }: InsideView): Finding[] {
  const own = node.addresses.flatMap(({ ipv4, ipv6 }) => [ipv4, ...(ipv6 === undefined ? [] : [ipv6])]);
  const found = (before: string): Finding[] => [problem('node-moved', `${node.name} is not at ${before} any more`, 'reconnect and restart it', node.name)];
  if (node.role === 'control-plane' && node.labels[LABELS.lastingAddress] === undefined) {
    return serverAddress === undefined || own.includes(serverAddress) ? [] : found(serverAddress);
  }
  const registered = api?.nodes.find(({ metadata }) => metadata.name === node.name)?.status?.addresses ?? [];
  const addresses = registered.flatMap(({ type, address }) => (type === 'InternalIP' ? [address] : []));
  return addresses[0] === undefined || addresses.some((address) => own.includes(address)) ? [] : found(addresses[0]);
}

function apiFindings(cluster: ObservedCluster, running: readonly ObservedNode[], known: readonly Finding[], inside: InsideView, api: ApiView): Finding[] {
  const objects = new Map(api.nodes.map((node) => [node.metadata.name, node]));
  const containers = new Set(cluster.nodes.map(({ name }) => name));
  const explained = new Set(known.map(({ node }) => node));
  const count = api.tokens.length;
  return [
    ...running.flatMap((node) => membership(node, objects.get(node.name), inside.nodes.get(node.name))),
    ...running.filter(({ name }) => !explained.has(name)).flatMap((node) => readiness(cluster, node, objects.get(node.name))),
    ...api.nodes.filter(({ metadata }) => !containers.has(metadata.name)).map(({ metadata: { name } }) => (isWorkerName(cluster.name, name)
      ? problem('worker-missing', `${name} has no container any more`, 'make it anew', name)
      : note('foreign-node', `${name} is a node that kindbox did not make`, name))),
    ...cluster.nodes.flatMap((node) => schedulability(node.name, objects.get(node.name))),
    ...running.flatMap((node) => versionNote(node, objects.get(node.name))),
    ...(count === 0 ? [] : [problem('tokens-left', `${count === 1 ? 'a join token is' : `${count} join tokens are`} there of a run that has not come to an end`, 'revoke what is left')]),
  ];
}

function membership({ name, role }: ObservedNode, object: NodeObject | undefined, view: NodeView | undefined): Finding[] {
  if (object !== undefined) return [];
  if (role === 'worker' && view?.joined === false) return [problem('never-joined', `${name} never joined the cluster`, 'make it anew', name)];
  return [problem('unregistered', `the cluster does not know the node ${name} any more`, 'restart it, so that it registers again', name)];
}

/** Without a CNI of ours it is the user's part to make nodes Ready; before the create has come to its end, nobody has done it. */
function readiness(cluster: ObservedCluster, { name }: ObservedNode, object: NodeObject | undefined): Finding[] {
  if (object === undefined || isNodeReady(object) || !isComplete(cluster) || !isNetworked(cluster)) return [];
  return [problem('not-ready', describeNode(name, object), 'restart its kubelet', name)];
}

function schedulability(name: string, object: NodeObject | undefined): Finding[] {
  if (object?.spec?.unschedulable !== true) return [];
  if (object.metadata.annotations?.[CORDONED] === undefined) return [note('cordoned-by-user', `${name} is cordoned, not by kindbox`, name)];
  return [problem('cordoned', `${name} is cordoned by a run that has not come to an end`, 'make it schedulable again', name)];
}

function versionNote({ name, labels }: ObservedNode, object: NodeObject | undefined): Finding[] {
  const made = labels[LABELS.kubernetesVersion];
  const runs = object?.status?.nodeInfo?.kubeletVersion;
  if (made === undefined || runs === undefined || runs === '' || made === runs) return [];
  return [note('other-version', `${name} runs ${runs}, its image has ${made}`, name)];
}

function kubeconfigFinding({ name }: ObservedCluster, master: ObservedNode, { kubeconfig }: InsideView): Finding[] {
  if (kubeconfig === 'stale') return [problem('kubeconfig-stale', 'the kubeconfig leads somewhere else', 'update it')];
  if (master.labels[LABELS.kubeconfig] === 'none') return [];
  if (kubeconfig === 'missing') return [problem('kubeconfig-missing', 'no kubeconfig of yours has the cluster', 'write it again')];
  if (kubeconfig !== 'foreign') return [];
  return [beyondRepair('kubeconfig-foreign', 'something that kindbox did not write has the place of the kubeconfig', [`kindbox kubeconfig get ${name} > kubeconfig`])];
}
