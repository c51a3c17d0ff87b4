import { HOST_CHECKS } from '../../../src/host/checks/index.js';
import { freeSubnets } from '../../../src/host/free-subnets.js';
import { judgeHost, preflight } from '../../../src/host/examine.js';
import type { HostFacts } from '../../../src/host/facts.js';
import type { Finding, Verdict } from '../../../src/host/finding.js';
import { parseNameservers, parseRoutes } from '../../../src/host/observe-machine.js';
import { parseVersion } from '../../../src/host/observe-sysbox.js';
import { facts, HOST, WISH, type Change } from './fixture.js';

const find = (findings: readonly Finding[], id: string): Finding | undefined => findings.find((finding) => finding.id === id);

test('a host as it should be: every check is ok, and each has a name of its own', () => {
  const findings = judgeHost(facts(), WISH);
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ id }) => id)).toEqual(HOST_CHECKS.map(({ id }) => id));
  expect(new Set(HOST_CHECKS.map(({ id }) => id)).size).toBe(HOST_CHECKS.length);
  expect(preflight(facts(), WISH)).toEqual([]);
});

test.each<[string, string, Verdict, Change, RegExp]>([
  ['Docker for Windows containers', 'engine-version', 'failure', { engine: { osType: 'windows' } }, /Linux containers/],
  ['an old Docker', 'engine-version', 'warning', { engine: { version: '19.03.15' } }, /Upgrade Docker/],
  ['an old Docker without Sysbox', 'engine-version', 'failure', { engine: { version: '19.03.15' }, wish: { runtime: 'runc' } }, /Upgrade Docker/],
  ['Docker as a snap', 'engine-package', 'failure', { engine: { dataRoot: '/var/snap/docker/common/var-lib-docker' } }, /snap remove docker/],
  ['a snap without Sysbox', 'engine-package', 'warning', { engine: { dataRoot: '/var/snap/docker/common' }, wish: { runtime: 'runc' } }, /snap remove docker/],
  ['rootless Docker', 'engine-package', 'failure', { engine: { securityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] } }, /docker context use/],
  ['another storage driver', 'storage-driver', 'warning', { engine: { storageDriver: 'vfs' } }, /overlay/],
  ['another clock', 'clock', 'warning', { engine: { clockOffsetMs: -90_000 } }, /set-ntp/],
  ['a proxy for everything', 'proxy', 'warning', { environment: { HTTPS_PROXY: 'http://u:p@proxy:3128', NO_PROXY: 'localhost' } }, /NO_PROXY/],
  ['no Sysbox', 'runtime', 'failure', { host: { runtimes: ['runc'] } }, /Install Sysbox/],
  ['an old Sysbox', 'runtime', 'failure', { sysbox: { version: '0.6.7' } }, /Upgrade Sysbox/],
  ['something else under its name', 'runtime', 'warning', { sysbox: { version: undefined, says: 'runc version 1.1.5' } }, /Install Sysbox/],
  ['a runtime that does not isolate', 'runtime', 'warning', { wish: { runtime: 'runc' } }, /Install Sysbox/],
  ['Sysbox stopped', 'runtime-services', 'failure', { sysbox: { silent: ['sysbox-mgr', 'sysbox-fs'] } }, /systemctl restart sysbox/],
  ['Docker too new for this Sysbox', 'runtime-pair', 'failure', { engine: { version: '29.5.1' }, sysbox: { version: '0.7.0' } }, /time-namespaces/],
  ['the same, configured who knows how', 'runtime-pair', 'warning', { engine: { version: '29.5.1' }, sysbox: { version: '0.7.0' }, machine: { daemonJson: 'unreadable' } }, /time-namespaces/],
  ['an old kernel', 'kernel', 'failure', { host: { kernelVersion: '4.18.0', operatingSystem: 'Debian' } }, /Upgrade the kernel/],
  ['a kernel that needs shiftfs', 'kernel', 'warning', { host: { kernelVersion: '5.10.0-30-amd64', operatingSystem: 'Debian' } }, /modprobe shiftfs/],
  ['user namespaces switched off', 'user-namespaces', 'failure', { machine: { userNamespaceClone: 0 } }, /unprivileged_userns_clone=1/],
  ['no user namespaces allowed', 'user-namespaces', 'failure', { machine: { maxUserNamespaces: 0 } }, /max_user_namespaces=/],
  ['cgroup v1', 'cgroup-version', 'warning', { host: { cgroupVersion: 1 } }, /unified_cgroup_hierarchy/],
  ['a kernel without the memory controller', 'cgroup-controllers', 'failure', { machine: { cgroupControllers: ['cpuset', 'cpu', 'pids'] } }, /cgroup_enable=memory/],
  ['a kernel without the pids controller', 'cgroup-controllers', 'warning', { machine: { cgroupControllers: ['cpuset', 'cpu', 'memory'] } }, /cgroups/],
  ['overlayfs not loaded', 'overlay', 'warning', { machine: { overlay: false } }, /modprobe overlay/],
  ['SELinux upon containers', 'security-modules', 'warning', { engine: { securityOptions: ['name=selinux'] }, machine: { selinux: 'enforcing' } }, /selinux-enabled/],
  ['few inotify instances for many nodes', 'inotify-instances', 'warning', { machine: { inotifyInstances: 128 }, wish: { nodes: 11 } }, /max_user_instances=1048576/],
  ['few inotify watches', 'inotify-watches', 'warning', { machine: { inotifyWatches: 4096 } }, /max_user_watches=1048576/],
  ['more nodes than there are threads for', 'threads', 'warning', { machine: { threads: { most: 32_768, now: 30_000 } }, wish: { nodes: 20 } }, /pid_max=4194304/],
  ['more pairs of nodes than neighbours', 'neighbours', 'warning', { wish: { nodes: 33 } }, /gc_thresh3=1048576/],
  ['few keys', 'kernel-keys', 'warning', { machine: { maxKeys: 200 }, wish: { nodes: 11 } }, /keys\.maxkeys=/],
  ['few bytes for keys', 'kernel-keys', 'warning', { machine: { maxKeyBytes: 2000 } }, /keys\.maxbytes=/],
  ['a full disk', 'disk', 'failure', { machine: { disk: { freeBytes: 20e6, freeInodes: 5, inodes: 10 } } }, /docker system df/],
  ['a disk that is nearly full', 'disk', 'warning', { machine: { disk: { freeBytes: 300e6, freeInodes: 5, inodes: 10 } } }, /docker system df/],
  ['hardly an inode left', 'disk', 'warning', { machine: { disk: { freeBytes: 50e9, freeInodes: 1, inodes: 1e6 } } }, /df -i/],
  ['little memory', 'memory', 'warning', { machine: { memoryAvailable: 400e6 } }, /free -h/],
  ['one processor', 'processors', 'warning', { host: { cpus: 1 } }, /--wait/],
  ['no subnet left', 'address-pools', 'failure', { engine: { subnets: ['172.17.0.0/16', '172.18.5.0/24'] } }, /default-address-pools/],
  ['no subnet without a route', 'address-pools', 'warning', { machine: { routes: ['172.16.0.0/12'] } }, /--subnet/],
  ['an uplink of a smaller MTU', 'mtu', 'warning', { machine: { uplink: { name: 'wg0', mtu: 1400 } } }, /"mtu": 1400/],
  ['a very small MTU', 'mtu', 'warning', { host: { defaultMtu: 1200 } }, /Raise "mtu"/],
  ['no br_netfilter', 'br-netfilter', 'warning', { machine: { bridgeNetfilter: false } }, /modprobe br_netfilter/],
  ['no IP forwarding', 'ip-forwarding', 'warning', { engine: { ipForwarding: false } }, /ip_forward=1/],
])('%s: %s is a %s', (_what, id, verdict, change, remedy) => {
  const findings = judgeHost(facts(change), { ...WISH, ...change.wish });
  const found = find(findings, id);
  expect(found).toMatchObject({ verdict, because: expect.stringMatching(/^[A-Z0-9].*[.)]$/s) });
  expect(found?.next.join('\n')).toMatch(remedy);
});

test.each<[string, string, Change]>([
  ['a proxy that leaves private addresses out', 'proxy', { environment: { HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'localhost,172.16.0.0/12' } }],
  ['Docker 29.5 told to do without time namespaces', 'runtime-pair', { engine: { version: '29.5.1' }, sysbox: { version: '0.7.0' }, machine: { daemonJson: { features: { 'time-namespaces': false } } } }],
  ['Docker 29.5 with Sysbox 0.7.1', 'runtime-pair', { engine: { version: '29.5.1' } }],
  ['128 inotify instances for few nodes', 'inotify-instances', { machine: { inotifyInstances: 128 } }],
  ['a file system that counts no inodes', 'disk', { machine: { disk: { freeBytes: 50e9, freeInodes: 0, inodes: 0 } } }],
  ['Ubuntu with a patched kernel 5.4 and shiftfs warns no more than others', 'user-namespaces', { machine: { userNamespaceClone: undefined } }],
])('%s is fine', (_what, id, change) => {
  expect(find(judgeHost(facts(change), { ...WISH, ...change.wish }), id)?.verdict).toBe('ok');
});

test('of an engine elsewhere, what only its kernel knows is unknown, and hinders nothing', () => {
  const elsewhere: HostFacts = { ...facts(), machine: undefined, sysbox: undefined };
  const findings = judgeHost(elsewhere, WISH);
  expect(findings.filter(({ verdict }) => verdict === 'unknown').map(({ id }) => id)).toEqual(expect.arrayContaining([
    'runtime-services', 'user-namespaces', 'overlay', 'inotify-instances', 'inotify-watches', 'threads', 'neighbours', 'kernel-keys', 'disk', 'br-netfilter',
  ]));
  expect(findings.filter(({ verdict }) => verdict === 'failure' || verdict === 'warning')).toEqual([]);
  expect(preflight(elsewhere, WISH)).toEqual([]);
});

test('an engine that tells nothing of its host is no reason to refuse', () => {
  expect(preflight({ host: HOST, engine: undefined, machine: undefined, sysbox: undefined, environment: {} }, WISH)).toEqual([]);
});

test('what is sure to break is refused with what mends it; all of it is told', () => {
  const broken = facts({ sysbox: { silent: ['sysbox-fs'] }, machine: { userNamespaceClone: 0 } });
  expect(() => preflight(broken, WISH)).toThrow(expect.objectContaining({
    reason: 'host', message: expect.stringContaining('sysbox-fs does not answer'), because: expect.stringContaining('user namespace'),
    next: expect.arrayContaining(['sudo systemctl restart sysbox', 'kindbox doctor']),
  }));
});

test('warnings are lines for whoever creates a cluster, but not those that only an examination is for', () => {
  const warnings = preflight(facts({ host: { cgroupVersion: 1 }, machine: { uplink: { name: 'eth0', mtu: 1400 } } }), { ...WISH, kubernetesVersion: 'v1.36.3' });
  expect(warnings).toEqual([expect.stringMatching(/cgroup v1.*kubelet v1.36.3.*failCgroupV1: false/)]);
});

test('a kubelet that has never heard of it is not said to be told to run on cgroup v1', () => {
  const warnings = preflight(facts({ host: { cgroupVersion: 1 } }), { ...WISH, kubernetesVersion: 'v1.23.17' });
  expect(warnings).toEqual([expect.not.stringContaining('failCgroupV1')]);
});

test('a network that exists, or a subnet of one\'s own, needs no pool', () => {
  expect(find(judgeHost(facts({ engine: { subnets: ['172.16.0.0/12'] } }), { ...WISH, needsSubnet: false }), 'address-pools')).toBeUndefined();
});

test('no credential of a proxy is in a finding', () => {
  const findings = judgeHost(facts({ engine: { proxy: 'http://u:hunter2@proxy' }, environment: { HTTPS_PROXY: 'http://u:hunter2@proxy' } }), WISH);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('free subnets are those of the pools that overlap no network', () => {
  expect(freeSubnets([{ base: '172.20.0.0/14', size: 16 }], ['172.20.0.0/16', '172.22.128.0/24']).map(({ base }) => base)).toEqual(['172.21.0.0/16', '172.23.0.0/16']);
  expect(freeSubnets([{ base: 'nonsense', size: 16 }], [])).toEqual([]);
});

test('routes of the kernel', () => {
  const table = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
    + 'eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0'
    + '\ndocker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n';
  expect(parseRoutes(table)).toEqual({ routes: ['172.18.0.0/16', '172.17.0.0/16'], dockerRoutes: ['172.17.0.0/16'], defaultInterface: 'eth0' });
});

test('DNS servers on other machines', () => {
  expect(parseNameservers('search corp.example\nnameserver 172.18.0.10\nnameserver fd00::1\n#nameserver 9.9.9.9\nnameserver 127.0.0.53\nnameserver 172.18.0.10\n')).toEqual(['172.18.0.10']);
});

test('what Sysbox says of itself, and what something else says', () => {
  expect(parseVersion('sysbox-runc\n\tedition: \tCommunity Edition (CE)\n\tversion: \t0.7.0\n')).toEqual({ says: 'sysbox-runc', version: '0.7.0' });
  expect(parseVersion('runc version 1.1.5\nspec: 1.0.2')).toEqual({ says: 'runc version 1.1.5', version: undefined });
  expect(parseVersion(undefined)).toEqual({ says: undefined, version: undefined });
});
