import { isComplete, type ObservedCluster } from '../observe.js';
import type { ClusterState } from '../options.js';
import { problemsAmong, type Finding, type FindingKind } from './findings.js';

const BREAKING: ReadonlySet<FindingKind> = new Set(['control-plane-missing', 'network-missing', 'network-unknown', 'never-initialised', 'api-silent']);
/** The cluster works with them as well as without. */
const HARMLESS: ReadonlySet<FindingKind> = new Set(['kubeconfig-stale', 'kubeconfig-missing', 'kubeconfig-foreign', 'tokens-left']);
const NAMED = 2;

/** How a cluster is, and in a few words why; the reason is empty when there is nothing to say. */
export function judge(cluster: ObservedCluster, findings: readonly Finding[]): { readonly state: ClusterState; readonly reason: string } {
  const problems = problemsAmong(findings);
  const state = stateOf(cluster, problems);
  // That all nodes are stopped needs no list of them.
  const reasons = state === 'stopped' ? problems.filter(({ kind }) => kind !== 'node-stopped') : problems;
  const more = reasons.length - NAMED;
  return { state, reason: [...reasons.slice(0, NAMED).map(({ found }) => found), ...(more > 0 ? [`${more} more`] : [])].join(', ') };
}

function stateOf(cluster: ObservedCluster, problems: readonly Finding[]): ClusterState {
  if (!isComplete(cluster) || cluster.nodes.length === 0) return 'partial';
  if (problems.some(({ kind }) => BREAKING.has(kind))) return 'broken';
  const isUp = ({ state }: { readonly state: string }): boolean => state === 'running' || state === 'paused';
  if (!cluster.nodes.some(isUp)) return 'stopped';
  const ofMaster = new Set(cluster.nodes.filter(({ role }) => role === 'control-plane').map(({ name }) => name));
  const isDown = ({ kind, node = '' }: Finding): boolean => ofMaster.has(node) && (kind.startsWith('node-') || kind === 'service-down');
  if (problems.some(isDown)) return 'broken';
  return problems.some(({ kind }) => !HARMLESS.has(kind)) ? 'degraded' : 'running';
}
