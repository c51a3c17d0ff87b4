import { readlink } from 'node:fs/promises';
import { clusterName, useKindbox } from '../support/cluster-fixture.js';
import { docker, inNode } from '../support/docker.js';
import { filePrefix } from '../support/names.js';
import { runtimes } from '../support/runtimes.js';

const home = useKindbox(filePrefix);

interface Inspected {
  readonly HostConfig: {
    readonly Privileged: boolean; readonly PidMode: string; readonly UTSMode: string; readonly UsernsMode: string; readonly NetworkMode: string; readonly IpcMode: string;
  };
  readonly Mounts: readonly { readonly Type: string }[];
}

/** Numbers of capabilities (linux/capability.h). */
const SYS_MODULE = 16;
const SYS_ADMIN = 21;
const SYS_RESOURCE = 24;

/** What SECURITY.md says of the privileges of nodes, read in one. Of Sysbox itself these machines can prove nothing. */
describe.each(runtimes)('a node on %s', (runtime) => {
  const node = clusterName(filePrefix, runtime);
  let status = '';
  beforeAll(async () => {
    await home.kindbox.succeed(['node', 'run', '--name', node, `--runtime=${runtime}`]);
    status = await inNode(node, ['cat', '/proc/1/status']);
  });
  // It belongs to no cluster, by whose label what is left of a test is found.
  afterAll(async () => { await docker(['rm', '--force', '--volumes', node]); });

  const capabilities = (): number[] => {
    const mask = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? 'none'}`);
    return Array.from({ length: 64 }, (_, number) => number).filter((number) => ((mask >> BigInt(number)) & 1n) === 1n);
  };

  test('is not --privileged, has namespaces of its own, and nothing of the host is mounted in it', async () => {
    const [facts] = JSON.parse(await docker(['container', 'inspect', node])) as Inspected[];
    expect(facts?.HostConfig).toMatchObject({ Privileged: false, PidMode: '', UTSMode: '', UsernsMode: '' });
    for (const mode of [facts?.HostConfig.NetworkMode, facts?.HostConfig.IpcMode]) expect(mode).not.toBe('host');
    expect(facts?.Mounts.filter(({ Type }) => Type !== 'volume')).toEqual([]);
    for (const namespace of ['pid', 'net', 'ipc', 'uts', 'mnt', 'cgroup']) {
      const own = await inNode(node, ['readlink', `/proc/1/ns/${namespace}`]);
      expect(own).toMatch(new RegExp(`^${namespace}:\\[\\d+\\]$`));
      expect(own).not.toBe(await readlink(`/proc/self/ns/${namespace}`));
    }
  });

  test('has the capabilities that systemd, containerd and a kubelet need, and not those that nothing in a node does', () => {
    expect(capabilities()).toContain(SYS_ADMIN);
    expect(capabilities()).not.toContain(SYS_RESOURCE);
    expect(capabilities().includes(SYS_MODULE) && runtime === 'runc').toBe(false);
  });

  test('tells by its user namespace whether its root is that of the host', async () => {
    const [first] = (await inNode(node, ['cat', '/proc/1/uid_map'])).trim().split(/\s+/).slice(1);
    const shared = (await inNode(node, ['readlink', '/proc/1/ns/user'])) === await readlink('/proc/self/ns/user');
    expect({ rootIsTheHosts: first === '0' }).toEqual({ rootIsTheHosts: shared });
    if (runtime === 'runc') expect(shared).toBe(true);
  });
});
