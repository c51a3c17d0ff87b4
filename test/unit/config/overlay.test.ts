import type { CreateOptions } from '../../../src/cluster/options.js';
import { withFile } from '../../../src/config/overlay.js';

const flags: CreateOptions = { name: 'flag', numWorkers: 1, runtime: 'sysbox-runc', podSubnet: '10.244.0.0/16', cni: 'flannel', waitAll: false, waitMs: 300_000, retain: false, controlPlane: {}, workerDefaults: {} };

test('a file wins over defaults, and what was said on the command line over the file', () => {
  const file = { name: 'file', runtime: 'runc', cni: 'none', numWorkers: 4 };
  expect(withFile(flags, new Set(['name', 'runtime', 'retain']), file)).toMatchObject({ name: 'flag', runtime: 'sysbox-runc', cni: 'none', numWorkers: 4, podSubnet: '10.244.0.0/16' });
});

test('a network that was said replaces the subnet of the file, and the other way round', () => {
  expect(withFile({ ...flags, network: 'mine' }, new Set(['network']), { subnet: '172.30.0.0/24' })).toMatchObject({ network: 'mine' });
  expect(withFile({ ...flags, network: 'mine' }, new Set(['network']), { subnet: '172.30.0.0/24' }).subnet).toBeUndefined();
  expect(withFile({ ...flags, subnet: '172.30.0.0/24' }, new Set(['subnet']), { network: 'mine' }).network).toBeUndefined();
});

test('limits that were said are for every node; mounts and ports are added', () => {
  const said = { cpus: 2, mounts: [{ hostPath: '/flag', nodePath: '/a' }] };
  const options = withFile({ ...flags, controlPlane: { ...said, ports: [{ nodePort: 1, hostPort: 1 }] }, workerDefaults: said }, new Set(), {
    controlPlane: { cpus: 1, labels: { a: 'b' }, mounts: [{ hostPath: '/file', nodePath: '/a' }, { hostPath: '/file', nodePath: '/b' }], ports: [{ nodePort: 2, hostPort: 2 }] },
    workerDefaults: { cpus: 1, memoryBytes: 2 ** 30 },
    workers: [{ cpus: 1 }, { mounts: [{ hostPath: '/own', nodePath: '/own' }] }],
  });
  expect(options.controlPlane).toEqual({
    cpus: 2, labels: { a: 'b' }, mounts: [{ hostPath: '/file', nodePath: '/b' }, { hostPath: '/flag', nodePath: '/a' }], ports: [{ nodePort: 2, hostPort: 2 }, { nodePort: 1, hostPort: 1 }],
  });
  expect(options.workerDefaults).toEqual({ cpus: 2, memoryBytes: 2 ** 30, mounts: said.mounts });
  expect(options.workers).toEqual([{ cpus: 2 }, { cpus: 2, mounts: [{ hostPath: '/own', nodePath: '/own' }, ...said.mounts] }]);
});
