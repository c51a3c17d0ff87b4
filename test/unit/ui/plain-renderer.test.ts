import type { EngineEvent } from '../../../src/events/event.js';
import { PlainRenderer } from '../../../src/ui/progress/plain.js';
import { capturedStream } from './captured-stream.js';
import { CREATE_EVENTS, CREATE_SUMMARY, note, step } from './events.js';

async function rendered(events: readonly EngineEvent[], outcome?: 'failed'): Promise<string> {
  const stream = capturedStream();
  const renderer = new PlainRenderer(stream);
  for (const event of events) renderer.handle(event);
  await renderer.stop(outcome);
  return stream.text();
}

/** Document 003, `kindbox create`, with two workers instead of nine. */
const DOCUMENT = `Creating a K8s cluster with Docker + Sysbox ...

Cluster name             : mycluster
Worker nodes             : 2
Docker network           : mycluster-net
Node image               : nestybox/k8s-node:v1.18.2
K8s version              : v1.18.2
Publish apiserver port   : false

Creating the K8s cluster nodes ...
  - Creating node mycluster-master
  - Creating node mycluster-worker-0
  - Creating node mycluster-worker-1

Initializing the K8s master node ...
  - Running kubeadm init on mycluster-master ... (may take up to a minute)
  - Setting up kubectl on mycluster-master ...
  - Initializing networking (flannel) on mycluster-master ...
  - Waiting for mycluster-master to be ready ...

Initializing the K8s worker nodes ...
  - Joining the worker nodes to the cluster ...
`;

describe('plain progress', () => {
  test('prints the lines of the document', async () => {
    expect(await rendered(CREATE_EVENTS)).toBe(DOCUMENT);
  });

  test('a step of an earlier group comes where it happens', async () => {
    const late = step('late', 'Creating node mycluster-worker-1', 'running', { parentId: 'one' });
    const events = [step('one', 'One ...', 'running'), step('two', 'Two ...', 'running'), late];
    expect(await rendered(events)).toBe('One ...\n\nTwo ...\n  - Creating node mycluster-worker-1\n');
  });

  test('a failure is told once, with its reason', async () => {
    const failed = step('join', 'Joining w-0', 'failed', { parentId: 'g', detail: 'kubelet\nis down' });
    const events = [
      step('g', 'Workers ...', 'running'),
      step('join', 'Joining w-0', 'running', { parentId: 'g' }),
      failed,
      step('g', 'Workers ...', 'failed', { detail: 'a worker failed' }),
    ];
    expect(await rendered(events, 'failed')).toBe('Workers ...\n  - Joining w-0\n  ! Joining w-0: kubelet is down\n\n');
  });

  test('steps that never start are not mentioned', async () => {
    const skipped = step('a', 'A', 'skipped', { parentId: 'g' });
    const cancelled = step('b', 'B', 'cancelled', { parentId: 'g' });
    expect(await rendered([step('g', 'G', 'running'), skipped, cancelled])).toBe('G\n');
  });

  test('notes and warnings get a line', async () => {
    expect(await rendered([note('info', 'one'), note('warning', 'two')])).toBe('Note: one\nWarning: two\n');
  });

  test('no event steers the terminal', async () => {
    const events = [
      { ...CREATE_SUMMARY, title: '\u001b[2JTitle', settings: [['Ima\u0007ge', 'x\u001b]0;evil\u0007y']] as const },
      step('g', 'Gr\u009b31moup\r', 'running'),
      step('c', 'Ch\u202eild', 'failed', { parentId: 'g', detail: '\u001b[31mred\u001b[0m' }),
      note('warning', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\'),
    ];
    expect(await rendered(events)).toBe(
      `Title\n\n${'Image'.padEnd(25)}: xy\n\nGroup\n  - Child\n  ! Child: red\nWarning: link\n`,
    );
  });
});
