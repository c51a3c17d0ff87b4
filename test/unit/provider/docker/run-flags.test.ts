import { nodePrivileges } from '../../../../src/provider/docker/node-privileges.js';
import { nodeRequest } from '../../../../src/provider/docker/node-request.js';
import { runOptions } from '../../../../src/provider/docker/run-flags.js';
import type { NodeSpec } from '../../../../src/provider/types.js';

const spec: NodeSpec = { name: 'demo-master', image: 'an/image:v1', runtime: 'sysbox-runc', network: 'demo-net', labels: { a: 'b' }, ports: [] };
const optionsOf = (more: Partial<NodeSpec>, flag: string): (string | undefined)[] =>
  runOptions(nodeRequest({ ...spec, ...more }, undefined)).filter(([name]) => name === flag).map(([, value]) => value);

test('a node with Sysbox asks for nothing special', () => {
  expect(runOptions(nodeRequest(spec, undefined))).toEqual([
    ['--name', 'demo-master'], ['--hostname', 'demo-master'], ['--tty'], ['--label', 'a=b'], ['--runtime', 'sysbox-runc'], ['--network', 'demo-net'], ['--init=false'],
  ]);
});

test('all that another runtime is asked for has a flag, and none of them is --privileged', () => {
  const flags = new Set(runOptions(nodeRequest({ ...spec, runtime: 'runc' }, nodePrivileges('6.1'))).map(([flag]) => flag));
  expect(flags).toContain('--cap-add');
  expect(flags).toContain('--tmpfs');
  expect([...flags].join(' ')).not.toContain('privileged');
});

test('ports of every kind', () => {
  const ports = [
    { nodePort: 80, hostPort: 8080 }, { nodePort: 80, hostPort: 0 }, { nodePort: 6443, hostPort: 0, hostAddress: '127.0.0.1' },
    { nodePort: 53, hostPort: 5353, protocol: 'udp' as const, hostAddress: '::1' },
  ];
  expect(optionsOf({ ports }, '--publish')).toEqual(['8080:80/tcp', '80/tcp', '127.0.0.1::6443/tcp', '[::1]:5353:53/udp']);
});

test('limits, address and environment', () => {
  expect(optionsOf({ cpus: 1.5 }, '--cpus')).toEqual(['1.5']);
  expect(optionsOf({ cpuWeight: 4 }, '--cpu-shares')).toEqual(['4096']);
  expect(optionsOf({ memoryBytes: 2 ** 31 }, '--memory')).toEqual(['2147483648b']);
  expect(optionsOf({ memoryBytes: 2 ** 31 }, '--memory-swap')).toEqual(['2147483648b']);
  expect(optionsOf({ ipv4: '172.18.0.2' }, '--ip')).toEqual(['172.18.0.2']);
  expect(optionsOf({ environment: { A: 'b c' } }, '--env')).toEqual(['A=b c']);
});

test('a mount whose paths have what Docker takes for its own is quoted as CSV', () => {
  const mounts = [{ hostPath: '/a,"b"', nodePath: '/c d', readOnly: true, propagation: 'rslave' as const }];
  expect(optionsOf({ mounts }, '--mount')).toEqual(['type=bind,"source=/a,""b""",target=/c d,readonly,bind-propagation=rslave']);
});

test('a field that has no flag is not left out in silence', () => {
  expect(() => runOptions({ ...nodeRequest(spec, undefined), User: 'root' })).toThrow('User');
});
