import type { ClusterSummary, CreateResult } from '../../../src/cluster/options.js';
import { createdText } from '../../../src/ui/result/created.js';
import { doctorText } from '../../../src/ui/result/doctor.js';
import { logsText } from '../../../src/ui/result/logs.js';
import { destroyedText } from '../../../src/ui/result/destroyed.js';
import { resizedText } from '../../../src/ui/result/resized.js';
import { clusterTable } from '../../../src/ui/result/table.js';

function cluster(name: string, workers: number, rest: Partial<ClusterSummary> = {}): ClusterSummary {
  const image = 'nestybox/k8s-node:v1.18.2';
  return { name, workers, network: `${name}-net`, image, kubernetesVersion: 'v1.18.2', state: 'running', reason: '', findings: [], nodes: [], ...rest };
}

const NODE = { id: 'x', state: 'running', runtime: 'sysbox-runc', image: 'nestybox/k8s-node:v1.18.2' };

describe('list', () => {
  test('has the columns of the document, and a state', () => {
    expect(clusterTable([cluster('cluster3', 5), cluster('mycluster', 4, { state: 'partial' })], false)).toBe(
      [
        'NAME                   WORKERS         NET                  IMAGE                          K8S VERSION   STATE',
        'cluster3               5               cluster3-net         nestybox/k8s-node:v1.18.2      v1.18.2       running',
        'mycluster              4               mycluster-net        nestybox/k8s-node:v1.18.2      v1.18.2       partial',
        '',
      ].join('\n'),
    );
  });

  test('widens a column for a long value', () => {
    const name = 'a'.repeat(30);
    const [head = '', row = ''] = clusterTable([cluster(name, 1, { network: 'n' })], false).split('\n');
    expect(row.startsWith(`${name}  1 `)).toBe(true);
    expect(head.indexOf('WORKERS')).toBe(32);
  });

  test('-l adds the nodes, with an image that is not the usual one', () => {
    const nodes = [
      { ...NODE, name: 'a-master', role: 'control-plane', address: '172.18.0.2' },
      { ...NODE, name: 'a-worker-0', role: 'worker', address: '', state: 'stopped', runtime: 'runc', image: 'other:1' },
    ];
    expect(clusterTable([cluster('a', 1, { nodes })], true).split('\n').slice(2)).toEqual([
      '  - a-master    control-plane  running  172.18.0.2  sysbox-runc',
      '  - a-worker-0  worker         stopped  -           runc         other:1',
      '',
    ]);
  });

  test('is a header when there is nothing', () => {
    expect(clusterTable([], true).trimEnd().split('\n')).toHaveLength(1);
  });
});

test('create ends with the words of the document', () => {
  const result = { name: 'mycluster', kubeconfig: '/home/cesar/.kube/mycluster-config', nodes: [] } as unknown as CreateResult;
  expect(createdText(result, { HOME: '/home/cesar' })).toBe(`
Cluster created successfully!

Use kubectl to control the cluster.

1) Install kubectl on your host
2) export KUBECONFIG=~/.kube/mycluster-config
3) kubectl get nodes

Alternatively, use "docker exec" to control the cluster:

$ docker exec mycluster-master kubectl get nodes
`);
  expect(createdText({ ...result, kubeconfig: '/tmp/a b/c' }, {})).toContain(`export KUBECONFIG='/tmp/a b/c'`);
});

test('resize tells how many nodes came and went', () => {
  const result = { name: 'a', before: 9, after: 4, added: [], removed: ['a', 'b', 'c', 'd', 'e'], durationMs: 1 };
  expect(resizedText(result)).toBe('Done (5 nodes removed)');
  expect(resizedText({ ...result, added: ['x'], removed: [] })).toBe('Done (1 node added)');
  expect(resizedText({ ...result, removed: [] })).toBe('Done (nothing to do)');
});

test('destroy tells which names nothing had', () => {
  const destroyed = [{ name: 'a', nodes: [], network: 'removed', kubeconfig: null }] as const;
  expect(destroyedText({ destroyed, absent: [], durationMs: 1 })).toBe('Done.');
  expect(destroyedText({ destroyed, absent: ['b'], durationMs: 1 })).toBe('There is no cluster "b".\nDone.');
  expect(destroyedText({ destroyed: [], absent: ['b'], durationMs: 1 })).toBe('There is no cluster "b".\nNothing to do.');
});

test('logs: what is missing is told once for each reason, and what was cut off by itself', () => {
  const text = logsText({
    schema: 1, cluster: 'demo', folder: '/tmp/\u001b[31mx', takenAt: '', complete: false, durationMs: 1,
    files: [{ path: 'a/kubelet.log', bytes: 1_500_000, state: 'truncated', remark: 'the connection was cut' }],
    missing: [{ path: 'b/journal.log', because: 'b is stopped' }, { path: 'b/kubelet.log', because: 'b is stopped' }, { path: 'cluster/nodes.json', because: 'refused' }],
  });
  expect(text.split('\n').slice(0, -1)).toEqual([
    '1 file, 1.5 MB: /tmp/x', 'It is not complete:', '  a/kubelet.log was cut off: the connection was cut',
    '  2 files, such as b/journal.log, could not be had: b is stopped', '  cluster/nodes.json could not be had: refused',
  ]);
});

test('doctor: a line for each check, and below it what mends it', () => {
  const text = doctorText({
    verdict: 'warning', engine: 'Docker 1', elsewhere: true,
    findings: [
      { id: 'a', title: 'Docker', verdict: 'ok', found: 'Docker 1', wanted: 'any', next: [] },
      { id: 'b', title: 'Keys', verdict: 'warning', found: '1', wanted: '2', because: 'Few keys.', next: ['sudo sysctl x=2', 'Upgrade it', 'https://example.org'] },
    ],
  });
  expect(text.split('\n')).toEqual([
    'ok       Docker  Docker 1', 'warning  Keys    1; wanted: 2', '         Few keys.', '         $ sudo sysctl x=2', '         - Upgrade it', '         - https://example.org', '',
    expect.stringContaining('not looked at'), 'This host can run clusters; mind the warnings.',
  ]);
});
