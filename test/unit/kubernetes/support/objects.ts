export const NODES = '/api/v1/nodes';
export const PODS = '/api/v1/pods';

export function node(name: string, ready: 'True' | 'False' | 'Unknown' = 'True', message = 'kubelet is ready'): object {
  return { metadata: { name, uid: `uid-${name}` }, spec: {}, status: { conditions: [{ type: 'Ready', status: ready, reason: 'R', message }] } };
}

export function pod(name: string, nodeName: string, more: { owner?: string; annotations?: object; phase?: string } = {}): object {
  return {
    metadata: {
      name, namespace: 'default', uid: `uid-${name}`, annotations: more.annotations,
      ownerReferences: more.owner ? [{ kind: more.owner, name: 'o', controller: true }] : undefined,
    },
    spec: { nodeName },
    status: { phase: more.phase ?? 'Running' },
  };
}
