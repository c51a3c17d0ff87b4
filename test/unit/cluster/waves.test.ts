import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterOperation } from '../../../src/cluster/operations.js';
import { joinWorker } from '../../../src/cluster/join-plan.js';
import { createNode, registrationOf } from '../../../src/cluster/node-plan.js';
import { inWaves } from '../../../src/cluster/waves.js';
import { executePlan, type Handlers } from '../../../src/plan/execute.js';

type Wave = Extract<ClusterOperation, { kind: 'create-node' | 'await-runtime' | 'prepare-join' | 'join-worker' }>;

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `demo-worker-${index}`);

/** What it takes to make and join workers, without a control plane, and so that one that cannot be made does not end the run. */
function operationsOf(workers: readonly string[]): ClusterOperation[] {
  const traits = { cluster: 'demo', run: 'run1', runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', network: 'demo-net' };
  const image = { reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' } as const;
  return [
    ...workers.map((_, index) => ({ ...createNode(traits, { role: 'worker', index, image, settings: {} }, 'nodes', []), tolerant: true })),
    ...workers.flatMap((worker) => joinWorker(worker, [], [], { registration: registrationOf({}), otherImage: false, customized: false })),
  ];
}

/** Runs them; `fails` says which. @returns the most that were at each stage at once, and how many joined */
async function execute(operations: readonly ClusterOperation[], fails: (id: string) => boolean = () => false): Promise<{ booting: number; joining: number; joined: number }> {
  const now = { booting: 0, joining: 0 };
  const most = { booting: 0, joining: 0, joined: 0 };
  const turn = async ({ id }: Wave): Promise<void> => {
    await nextTurn();
    if (fails(id)) throw new Error(id);
  };
  const handlers: Handlers<Wave> = {
    'create-node': async (operation) => {
      most.booting = Math.max(most.booting, now.booting += 1);
      await turn(operation);
    },
    'await-runtime': async (operation) => {
      await turn(operation).finally(() => { now.booting -= 1; });
    },
    'prepare-join': turn,
    'join-worker': async (operation) => {
      most.joining = Math.max(most.joining, now.joining += 1);
      await turn(operation).finally(() => { now.joining -= 1; });
      most.joined += 1;
    },
  };
  await executePlan({ groups: [{ id: 'nodes', title: '' }, { id: 'workers', title: '' }], operations: operations as Wave[] }, handlers, () => undefined, new AbortController().signal);
  return most;
}

test.each<[number, number, number]>([[1, 4, 1], [10, 4, 10], [29, 4, 10], [29, 0, 10], [29, 8, 20], [60, 16, 40]])('of %i workers on %i processors %i boot and join at once, and all join', async (count, cpus, atOnce) => {
  const workers = names(count);
  expect(await execute(inWaves(operationsOf(workers), workers, cpus))).toEqual({ booting: atOnce, joining: atOnce, joined: count });
});

test.each(['create-node', 'await-runtime', 'join-worker'])('a worker whose %s fails is in nobody\'s way', async (kind) => {
  const workers = names(40);
  const { joined } = await execute(inWaves(operationsOf(workers), workers, 4), (id) => id === `${kind}/demo-worker-3`);
  expect(joined).toBe(39);
});
