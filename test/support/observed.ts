import { nodeLabels } from '../../src/nodes/labels.js';
import { nodeName } from '../../src/nodes/names.js';
import type { NodeRole } from '../../src/nodes/role.js';
import type { ObservedNode } from '../../src/provider/types.js';

/** A running node, as a provider would report it. */
export function observedNode(cluster: string, role: NodeRole, index: number, more: Partial<ObservedNode> = {}): ObservedNode {
  const name = nodeName(cluster, role, index);
  return {
    id: `id-of-${name}`, name, cluster, run: 'run1', role, index, state: 'running', image: 'nestybox/k8s-node:v1.36.3',
    labels: nodeLabels(cluster, 'run1', role, index),
    addresses: [{ networkId: 'net1', networkName: `${cluster}-net`, ipv4: '172.18.0.2' }], ports: [], createdAt: 0, ...more,
  };
}
