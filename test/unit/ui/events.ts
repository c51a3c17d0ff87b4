import type { EngineEvent, NoteEvent, StepEvent, StepStatus, SummaryEvent } from '../../../src/events/event.js';

export function step(id: string, title: string, status: StepStatus, rest: Partial<StepEvent> = {}): StepEvent {
  return { type: 'step', id, stage: id, title, status, at: 0, ...rest };
}

export function note(level: NoteEvent['level'], message: string): NoteEvent {
  return { type: 'note', level, message, at: 0 };
}

export const CREATE_SUMMARY: SummaryEvent = {
  type: 'summary',
  title: 'Creating a K8s cluster with Docker + Sysbox ...',
  settings: [
    ['Cluster name', 'mycluster'],
    ['Worker nodes', '2'],
    ['Docker network', 'mycluster-net'],
    ['Node image', 'nestybox/k8s-node:v1.18.2'],
    ['K8s version', 'v1.18.2'],
    ['Publish apiserver port', 'false'],
  ],
  at: 0,
};

const NODES = 'Creating the K8s cluster nodes ...';
const MASTER = 'Initializing the K8s master node ...';
const WORKERS = 'Initializing the K8s worker nodes ...';

/** A creation as it goes: each step starts, tells of progress, and ends. */
export const CREATE_EVENTS: readonly EngineEvent[] = [
  CREATE_SUMMARY,
  step('nodes', NODES, 'running'),
  ...['master', 'worker-0', 'worker-1'].flatMap((node) => lifeOf(`node/${node}`, 'nodes', `Creating node mycluster-${node}`)),
  step('nodes', NODES, 'done', { durationMs: 900 }),
  step('master', MASTER, 'running'),
  ...lifeOf('init', 'master', 'Running kubeadm init on mycluster-master ... (may take up to a minute)'),
  ...lifeOf('kubectl', 'master', 'Setting up kubectl on mycluster-master ...'),
  ...lifeOf('cni', 'master', 'Initializing networking (flannel) on mycluster-master ...'),
  ...lifeOf('ready', 'master', 'Waiting for mycluster-master to be ready ...'),
  step('master', MASTER, 'done', { durationMs: 9000 }),
  step('workers', WORKERS, 'running'),
  ...lifeOf('join', 'workers', 'Joining the worker nodes to the cluster ...'),
  step('workers', WORKERS, 'done', { durationMs: 4000 }),
];

function lifeOf(id: string, parentId: string, title: string): StepEvent[] {
  return [
    step(id, title, 'running', { parentId }),
    step(id, title, 'running', { parentId, detail: 'half way', current: 1, total: 2 }),
    step(id, title, 'done', { parentId, durationMs: 800 }),
  ];
}
