import type { HostFacts, HostWish, MachineFacts, SysboxFacts } from '../../../src/host/facts.js';
import type { EngineFacts } from '../../../src/provider/engine-facts.js';
import type { HostDescription } from '../../../src/provider/host-description.js';

export const HOST: HostDescription = {
  engine: 'Docker 28.2.2', runtimes: ['runc', 'sysbox-runc'], defaultRuntime: 'runc', cgroupVersion: 2, architecture: 'amd64', kernelVersion: '6.8.0-40-generic',
  operatingSystem: 'Ubuntu 24.04', cpus: 4, memoryBytes: 16e9, remote: false, address: '127.0.0.1',
};
const ENGINE: EngineFacts = {
  version: '28.2.2', hostName: 'vm', viaSocket: true, osType: 'linux', dataRoot: '/var/lib/docker', storageDriver: 'overlay2', securityOptions: ['name=apparmor'],
  runtimePaths: { 'sysbox-runc': '/usr/bin/sysbox-runc' }, missingLimits: [], ipForwarding: true, proxy: '', clockOffsetMs: 0,
  addressPools: [{ base: '172.17.0.0/16', size: 16 }, { base: '172.18.0.0/16', size: 16 }], subnets: ['172.17.0.0/16'],
};
const MACHINE: MachineFacts = {
  inotifyInstances: 1024, inotifyWatches: 524_288, threads: { most: 32_768, now: 900 }, neighbours: 1024, maxKeys: 20_000, maxKeyBytes: 1_400_000, userNamespaceClone: 1, maxUserNamespaces: 60_000,
  cgroupControllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'], disk: { freeBytes: 50e9, freeInodes: 9e6, inodes: 1e7 }, memoryAvailable: 8e9, bridgeNetfilter: true,
  overlay: true, uplink: { name: 'eth0', mtu: 1500 }, routes: ['192.168.1.0/24'], dockerRoutes: [], nameservers: ['192.168.1.1'], selinux: 'disabled', appArmor: true, shiftfs: false, daemonJson: 'absent',
};
const SYSBOX: SysboxFacts = { path: '/usr/bin/sysbox-runc', version: '0.7.1', says: 'sysbox-runc', silent: [] };
export const WISH: HostWish = { runtime: 'sysbox-runc', nodes: 3, needsSubnet: true };

/** What is other than it should be. */
export interface Change {
  readonly host?: Partial<HostDescription>;
  readonly engine?: Partial<EngineFacts>;
  readonly machine?: Partial<MachineFacts>;
  readonly sysbox?: Partial<SysboxFacts>;
  readonly wish?: Partial<HostWish>;
  readonly environment?: HostFacts['environment'];
}

/** Of a host as it should be, but for `change`. */
export function facts({ host, engine, machine, sysbox, environment = {} }: Change = {}): HostFacts {
  return { host: { ...HOST, ...host }, engine: { ...ENGINE, ...engine }, machine: { ...MACHINE, ...machine }, sysbox: { ...SYSBOX, ...sysbox }, environment };
}
