import type Dockerode from 'dockerode';

/** What a runtime other than Sysbox must be asked for, so that systemd, containerd and the kubelet run in a container. */
export interface NodePrivileges {
  readonly capabilities: readonly string[];
  readonly devices: readonly string[];
}

/**
 * All capabilities but SYS_MODULE (a node must not load modules into the host's kernel) and SYS_RESOURCE (nothing in a
 * node needs it, and it would lift the host's limits). The kernel version tells which of the newest exist.
 */
const CAPABILITIES: readonly (readonly [name: string, since?: readonly [major: number, minor: number]])[] = [
  ['AUDIT_CONTROL'], ['AUDIT_READ'], ['AUDIT_WRITE'], ['BLOCK_SUSPEND'], ['BPF', [5, 8]], ['CHECKPOINT_RESTORE', [5, 9]],
  ['CHOWN'], ['DAC_OVERRIDE'], ['DAC_READ_SEARCH'], ['FOWNER'], ['FSETID'], ['IPC_LOCK'], ['IPC_OWNER'], ['KILL'], ['LEASE'],
  ['LINUX_IMMUTABLE'], ['MAC_ADMIN'], ['MAC_OVERRIDE'], ['MKNOD'], ['NET_ADMIN'], ['NET_BIND_SERVICE'], ['NET_BROADCAST'],
  ['NET_RAW'], ['PERFMON', [5, 8]], ['SETFCAP'], ['SETGID'], ['SETPCAP'], ['SETUID'], ['SYSLOG'], ['SYS_ADMIN'], ['SYS_BOOT'],
  ['SYS_CHROOT'], ['SYS_NICE'], ['SYS_PACCT'], ['SYS_PTRACE'], ['SYS_RAWIO'], ['SYS_TIME'], ['SYS_TTY_CONFIG'], ['WAKE_ALARM'],
];

/** overlayfs in user space, and the kernel's log, which the kubelet watches for out-of-memory kills. */
const DEVICES = ['/dev/fuse', '/dev/kmsg'];

export function nodePrivileges(kernelVersion: string): NodePrivileges {
  const [major = 0, minor = 0] = kernelVersion.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const known = CAPABILITIES.filter(([, since]) => !since || major > since[0] || (major === since[0] && minor >= since[1]));
  return { capabilities: known.map(([name]) => name), devices: DEVICES };
}

/** Capabilities that a node can do without: an older daemon refuses to name them (Docker 20.10, CHECKPOINT_RESTORE). */
export function isOptionalCapability(name: string): boolean {
  return CAPABILITIES.some(([known, since]) => known === name && since !== undefined);
}

export function privilegedHostConfig(privileges: NodePrivileges): Dockerode.HostConfig {
  return {
    CapAdd: [...privileges.capabilities],
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
    // The API's form of systempaths=unconfined, which only the docker CLI understands.
    MaskedPaths: [],
    ReadonlyPaths: [],
    DeviceCgroupRules: ['a *:* rwm'],
    Devices: privileges.devices.map((path) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rwm' })),
    ...{ CgroupnsMode: 'private' },
    Tmpfs: { '/run': 'rw,exec,nosuid,nodev,mode=755', '/run/lock': 'rw,noexec,nosuid,nodev,size=5242880' },
  };
}
