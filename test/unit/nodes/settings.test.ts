import { KindboxError } from '../../../src/errors/index.js';
import { parseCapacity, reservation } from '../../../src/nodes/capacity.js';
import { nodeSettings, parseCpus, parseLabels, parseMemory, parseMount, parsePort, parseTaint } from '../../../src/nodes/settings-text.js';

test('labels and taints follow the rules of Kubernetes', () => {
  expect(parseLabels(['disk=ssd', 'example.com/team=a.b', 'node-role.kubernetes.io/db='])).toEqual({ 'disk': 'ssd', 'example.com/team': 'a.b', 'node-role.kubernetes.io/db': '' });
  expect(parseTaint('dedicated=db:NoSchedule')).toEqual({ key: 'dedicated', value: 'db', effect: 'NoSchedule' });
  expect(parseTaint('dedicated:NoExecute')).toEqual({ key: 'dedicated', effect: 'NoExecute' });
});

test.each([['512m', 536870912], ['2g', 2147483648], ['1.5Gi', 1610612736], ['1000', 1000], ['4096k', 4194304]])('%s of memory is %d bytes', (text, bytes) => {
  expect(parseMemory(text)).toBe(bytes);
});

test('mounts and ports have the forms of docker run', () => {
  expect(parseMount('/data:/var/data:ro')).toEqual({ hostPath: '/data', nodePath: '/var/data', readOnly: true });
  expect(parsePort('8080:30080')).toEqual({ hostPort: 8080, nodePort: 30080, protocol: 'tcp' });
  expect(parsePort('127.0.0.1:0:53/udp')).toEqual({ hostAddress: '127.0.0.1', hostPort: 0, nodePort: 53, protocol: 'udp' });
  expect(parsePort('[::1]:80:80')).toMatchObject({ hostAddress: '::1' });
});

test('what was not said is not set', () => {
  expect(nodeSettings({})).toEqual({});
  expect(nodeSettings({ cpus: '1.5', label: ['a=b'] })).toEqual({ cpus: 1.5, labels: { a: 'b' } });
});

test.each<[string, (text: string) => unknown, string[]]>([
  ['label', (text) => parseLabels([text]), ['', 'a', '=b', 'a b=c', '-a=b', 'a=b c', 'a=b/c', 'A!/b=c', `${'x'.repeat(64)}=y`, 'a/b/c=d', '__proto__']],
  ['taint', parseTaint, ['a', 'a=b', 'a=b:Never', ':NoSchedule', 'a=b:NoSchedule:x']],
  ['memory', parseMemory, ['', 'g', '-1g', '1x', '1 g g', 'NaN']],
  ['processors', parseCpus, ['', '0', '-1', 'many', '1e3', 'Infinity']],
  ['mount', parseMount, ['/a', 'a:/b', '/a:b', '/a:/b:rx', '/a:/b:ro:z']],
  ['port', parsePort, ['80', '80:0', '70000:80', '80:70000', 'x:80', '80:80/icmp', '1:2:3']],
])('a malformed %s is refused, without control characters', (_what, parse, texts) => {
  for (const text of [...texts, '\u001b[31m']) {
    let failure: unknown;
    try { parse(text); } catch (error) { failure = error; }
    expect([text, failure]).toEqual([text, expect.any(KindboxError)]);
    expect((failure as KindboxError).message).not.toContain('\u001b');
    expect((failure as KindboxError).reason).toBe('usage');
  }
});

test('a kubelet sets aside what its container may not use', () => {
  const seen = parseCapacity('processor\t: 0\nmodel: x\n\nprocessor\t: 1\nprocessor\t: 2\nprocessor\t: 3\n', 'MemTotal:       8388608 kB\nMemFree: 1 kB\n');
  expect(seen).toEqual({ cpus: 4, memoryBytes: 8589934592 });
  expect(reservation({ cpus: 4, memoryBytes: 8589934592 }, { cpus: 1.5, memoryBytes: 2147483648 })).toBe('cpu=2500m,memory=6291456Ki');
  expect(reservation({ cpus: 4, memoryBytes: 8589934592 }, { cpus: undefined, memoryBytes: 2147483648 })).toBe('memory=6291456Ki');
});

test('nothing is set aside where the runtime shows the limits itself, or none are known', () => {
  expect(reservation({ cpus: 2, memoryBytes: 1024 }, { cpus: 2, memoryBytes: 2048 })).toBeUndefined();
  expect(parseCapacity('', 'nothing')).toBeUndefined();
});
