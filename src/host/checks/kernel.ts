import semver from 'semver';
import { canRefuseCgroupV1 } from '../../kubeadm/version.js';
import { SYSBOX_RUNTIME } from '../runtime-check.js';
import { unknown, type HostCheck } from '../finding.js';

/** Without these no kubelet starts; kubeadm insists on them, too. */
const NEEDED_CONTROLLERS = ['cpu', 'cpuset', 'memory'];

export const kernelChecks: readonly HostCheck[] = [
  {
    id: 'kernel', title: 'Kernel',
    judge: ({ host, machine }, { runtime }) => {
      const sysbox = runtime === SYSBOX_RUNTIME;
      const ubuntu = /ubuntu/i.test(host.operatingSystem);
      const minimum = !sysbox ? '4.19.0' : ubuntu ? '5.0.0' : '5.5.0';
      const wanted = sysbox ? `Linux ${minimum.slice(0, 3)} or later for Sysbox, best 5.19 or later` : 'Linux 4.19 or later';
      const kernel = semver.coerce(host.kernelVersion);
      if (kernel === null) return unknown(wanted, 'unknown: the engine does not say');
      const found = `Linux ${host.kernelVersion}`;
      const next = ['Upgrade the kernel: uname -r tells which one runs'];
      if (semver.lt(kernel, minimum)) {
        return { verdict: sysbox ? 'failure' : 'warning', found, wanted, because: `${sysbox ? 'Sysbox refuses' : 'Kubernetes does not support'} a kernel before ${minimum.slice(0, -2)}.`, next };
      }
      if (!sysbox || semver.gte(kernel, '5.19.0')) return { verdict: 'ok', found, wanted };
      if (semver.lt(kernel, '5.12.0') && machine?.shiftfs === false) {
        return { verdict: 'warning', found: `${found}, without shiftfs`, wanted, because: 'Before Linux 5.12 Sysbox cannot shift user ids of containers without the module shiftfs.', next: ['sudo modprobe shiftfs', ...next] };
      }
      return { verdict: 'warning', found, wanted, because: 'Before Linux 5.19 Sysbox shifts user ids of containers with shiftfs, which is slower and has failed on some kernels.', next };
    },
  },
  {
    id: 'user-namespaces', title: 'User namespaces',
    judge: ({ machine }, { runtime }) => {
      if (runtime !== SYSBOX_RUNTIME) return undefined;
      const wanted = 'allowed';
      if (machine === undefined) return unknown(wanted);
      const because = 'Sysbox gives every container a user namespace of its own.';
      if (machine.userNamespaceClone === 0) return { verdict: 'failure', found: 'switched off', wanted, because, next: ['sudo sysctl kernel.unprivileged_userns_clone=1'] };
      if (machine.maxUserNamespaces === 0) return { verdict: 'failure', found: 'none allowed', wanted, because, next: ['sudo sysctl user.max_user_namespaces=28633'] };
      return { verdict: 'ok', found: 'allowed', wanted };
    },
  },
  {
    id: 'cgroup-version', title: 'cgroup version',
    judge: ({ host }, { kubernetesVersion }) => {
      const wanted = 'v2';
      if (host.cgroupVersion === 2) return { verdict: 'ok', found: 'v2', wanted };
      const kubelet = kubernetesVersion === undefined ? 'the kubelet' : `kubelet ${kubernetesVersion}`;
      const canRefuse = kubernetesVersion === undefined || canRefuseCgroupV1(kubernetesVersion);
      return {
        verdict: 'warning', found: 'v1', wanted,
        because: `The host has cgroup v1, which Kubernetes has deprecated: ${canRefuse ? `${kubelet} is told to run all the same (failCgroupV1: false)` : `${kubelet} is of a time before that`}.`,
        next: ['Boot the host with the kernel parameter systemd.unified_cgroup_hierarchy=1'],
      };
    },
  },
  {
    id: 'cgroup-controllers', title: 'cgroup controllers',
    judge: ({ engine, machine }) => {
      const wanted = 'cpu, cpuset, memory and pids';
      const next = ['Boot the host with the kernel parameters cgroup_enable=memory cgroup_memory=1', 'cat /proc/cgroups /sys/fs/cgroup/cgroup.controllers'];
      const controllers = machine?.cgroupControllers;
      if (controllers === undefined) {
        if (engine === undefined) return unknown(wanted);
        if (engine.missingLimits.length === 0) return { verdict: 'ok', found: 'Docker can limit memory, cpu and pids', wanted };
        return { verdict: 'warning', found: `Docker cannot limit ${engine.missingLimits.join(', ')}`, wanted, because: 'The kernel of the Docker host lacks cgroup controllers that kubelets need.', next };
      }
      const missing = NEEDED_CONTROLLERS.filter((name) => !controllers.includes(name));
      if (missing.length > 0) {
        return { verdict: 'failure', found: `without ${missing.join(', ')}`, wanted, because: `No kubelet starts without the cgroup controller ${missing[0]}: it is switched off in this kernel.`, next };
      }
      if (controllers.includes('pids')) return { verdict: 'ok', found: controllers.join(', '), wanted };
      return { verdict: 'warning', found: 'without pids', wanted, because: 'Without the cgroup controller pids nothing limits the processes of a pod.', next: ['cat /proc/cgroups'] };
    },
  },
  {
    id: 'overlay', title: 'overlayfs',
    judge: ({ machine }) => {
      const wanted = 'in the kernel: node images rely on it';
      if (machine?.overlay === undefined) return unknown(wanted);
      if (machine.overlay) return { verdict: 'ok', found: 'there', wanted };
      return { verdict: 'warning', found: 'not loaded', wanted, because: 'The containerd of a node unpacks pods\' images with overlayfs, and a node cannot load a module.', next: ['sudo modprobe overlay'] };
    },
  },
  {
    id: 'security-modules', title: 'SELinux, AppArmor',
    judge: ({ engine, machine }, { runtime }) => {
      const wanted = 'not enforced upon containers by SELinux';
      const labelled = engine?.securityOptions.some((option) => option.startsWith('name=selinux')) === true;
      const appArmor = engine?.securityOptions.some((option) => option.startsWith('name=apparmor')) === true;
      if (machine === undefined && !labelled) return appArmor ? { verdict: 'ok', found: 'AppArmor', wanted } : unknown(wanted);
      const found = [`SELinux ${machine?.selinux ?? 'on'}`, machine?.appArmor === true || appArmor ? 'AppArmor on' : 'AppArmor off'].join(', ');
      // Docker labels containers only when it was told to; nodes of runc have no AppArmor profile, Sysbox's get one that fits.
      if (!labelled || machine?.selinux === 'permissive') return { verdict: 'ok', found, wanted };
      return {
        verdict: 'warning', found: `${found}, and Docker labels containers`, wanted,
        because: runtime === SYSBOX_RUNTIME ? 'Sysbox knows nothing of SELinux labels, and SELinux may refuse what its containers do.' : 'SELinux may refuse what systemd and containerd in a node do.',
        next: ['sudo ausearch -m avc -ts recent', 'sudo setenforce 0', 'Or set "selinux-enabled": false in /etc/docker/daemon.json and restart Docker'],
      };
    },
  },
];
