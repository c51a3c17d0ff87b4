import { LABELS, ownedLabels } from '../nodes/labels.js';
import type { ClusterOperation, ClusterOperationKind } from '../cluster/operations.js';
import { addressOffset } from '../nodes/addresses.js';
import { controlPlaneCommands } from './control-plane.js';
import { kubectl, type Lines, type Renderers, type ScriptFacts } from './facts.js';
import { kubeconfigLines } from './kubeconfig.js';
import { nodeCommands } from './nodes.js';
import { workerCommands } from './workers.js';

/** What only verbs do that change a cluster. */
type OfOtherVerbs =
  | 'mint-token' | 'cordon-node' | 'drain-node' | 'delete-node-object' | 'stop-node' | 'start-node' | 'connect-node' | 'restart-services'
  | 'uncordon-node' | 'mark-control-plane' | 'revoke-left-tokens' | 'await-back' | 'refresh-kubeconfig'
  | 'remove-node' | 'remove-volume' | 'remove-network' | 'remove-kubeconfig';

type CreateKind = Exclude<ClusterOperationKind, OfOtherVerbs>;

const COMMANDS: Renderers<CreateKind> = {
  'create-network': ({ spec }, { engine }) => engine.network(spec),
  'create-node': ({ spec }, { engine, dividing }) => {
    const role = spec.labels[LABELS.role] === 'worker' ? 'worker' : 'control-plane';
    return engine.node(spec, dividing ? addressOffset(role, Number(spec.labels[LABELS.index])) : undefined);
  },
  ...nodeCommands,
  ...controlPlaneCommands,
  ...workerCommands,
  'await-ready': ({ nodes }, facts) => [kubectl(facts, ['wait', '--for=condition=Ready', `--timeout=${facts.waitSeconds}s`, ...nodes.map((node) => `node/${node}`)])],
  'await-dns': (_operation, facts) => [kubectl(facts, ['--namespace=kube-system', 'rollout', 'status', 'deployment/coredns', `--timeout=${facts.waitSeconds}s`])],
  'write-kubeconfig': (operation, facts) => kubeconfigLines(operation, facts),
  'keep-nodes': ({ nodes }, { engine }) => [engine.keep(nodes)],
  'mark-complete': ({ cluster }, { engine, run }) => [engine.volume(`${cluster}-kindbox`, { ...ownedLabels(cluster, run), [LABELS.completed]: 'true' })],
};

/** The lines of shell that do by hand what kindbox does for an operation. @throws TypeError for one that create has no use for. */
export async function linesFor(operation: ClusterOperation, facts: ScriptFacts): Promise<Lines> {
  const render = (COMMANDS as Partial<Record<ClusterOperationKind, unknown>>)[operation.kind];
  if (render === undefined) throw new TypeError(`there are no commands for ${operation.kind}`);
  return (render as (operation: ClusterOperation, facts: ScriptFacts) => Lines | Promise<Lines>)(operation, facts);
}
