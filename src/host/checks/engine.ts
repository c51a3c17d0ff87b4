import semver from 'semver';
import { isRootless } from '../../provider/engine-facts.js';
import { SYSBOX_RUNTIME } from '../runtime-check.js';
import { unknown, type HostCheck } from '../finding.js';

const MINIMUM = '20.10.0';
/** Milliseconds. Certificates are valid from the moment on, by the clock of the node, at which they were made. */
const CLOCK_TOLERANCE = 30_000;

export const engineChecks: readonly HostCheck[] = [
  {
    id: 'engine-version', title: 'Docker',
    judge: ({ host, engine }, { runtime }) => {
      const wanted = 'Docker 20.10 or later, for Linux containers';
      if (engine !== undefined && engine.osType !== 'linux') {
        return { verdict: 'failure', found: `${host.engine} for ${engine.osType} containers`, wanted, because: 'Nodes are Linux containers.', next: ['Switch Docker to Linux containers'] };
      }
      const version = versionOf(engine?.version);
      if (version === null) return unknown(wanted, host.engine);
      if (semver.gte(version, MINIMUM)) return { verdict: 'ok', found: host.engine, wanted };
      // Sysbox gives a container its cgroup namespace by itself.
      return {
        verdict: runtime === SYSBOX_RUNTIME ? 'warning' : 'failure', found: host.engine, wanted,
        because: `${host.engine} knows no private cgroup namespaces, which nodes need.`, next: ['Upgrade Docker: https://docs.docker.com/engine/install/'],
      };
    },
  },
  {
    id: 'engine-package', title: 'Docker\'s package',
    judge: ({ engine, host }, { runtime }) => {
      const sysbox = runtime === SYSBOX_RUNTIME;
      const wanted = sysbox ? 'Docker Engine, neither as a snap, rootless nor in Docker Desktop' : 'Docker Engine, not as a snap';
      if (engine === undefined) return unknown(wanted, 'unknown: the engine does not say');
      if (/^\/(?:var\/)?snap\//.test(engine.dataRoot)) {
        return {
          verdict: sysbox ? 'failure' : 'warning', found: `a snap (its data is in ${engine.dataRoot})`, wanted,
          because: 'The snap of Docker confines what containers may do: Sysbox does not work with it, and mounts of nodes may fail.',
          next: ['sudo snap remove docker', 'Install the package of Docker: https://docs.docker.com/engine/install/'],
        };
      }
      if (isRootless(engine.securityOptions)) {
        return {
          verdict: sysbox ? 'failure' : 'warning', found: 'rootless', wanted,
          because: sysbox ? 'Sysbox does not work with rootless Docker.' : 'Rootless Docker gives nodes neither devices nor all cgroups: kindbox has not been tried with it.',
          next: ['docker context use default', 'Use the system\'s Docker daemon'],
        };
      }
      if (host.operatingSystem === 'Docker Desktop') {
        return { verdict: 'warning', found: 'Docker Desktop', wanted, because: 'Docker Desktop runs containers in a virtual machine of its own, of which kindbox sees little.', next: ['Give it more memory and disk in its settings if creates fail'] };
      }
      return { verdict: 'ok', found: 'Docker Engine', wanted };
    },
  },
  {
    id: 'storage-driver', title: 'Storage driver', onlyInDoctor: true,
    judge: ({ engine }) => {
      const wanted = 'overlay2, or containerd\'s overlayfs';
      if (engine === undefined || engine.storageDriver === '') return unknown(wanted, 'unknown: the engine does not say');
      if (['overlay2', 'overlayfs', 'overlay'].includes(engine.storageDriver)) return { verdict: 'ok', found: engine.storageDriver, wanted };
      return {
        verdict: 'warning', found: engine.storageDriver, wanted,
        because: `With the storage driver ${engine.storageDriver} nodes may cost a copy of their image each.`,
        next: ['https://docs.docker.com/engine/storage/drivers/overlayfs-driver/'],
      };
    },
  },
  {
    id: 'clock', title: 'Clock',
    judge: ({ engine }) => {
      const wanted = 'within 30 s of this machine\'s';
      const offset = engine?.clockOffsetMs;
      if (offset === undefined) return unknown(wanted, 'unknown: the engine does not say');
      const seconds = Math.round(Math.abs(offset) / 1000);
      if (Math.abs(offset) <= CLOCK_TOLERANCE) return { verdict: 'ok', found: seconds === 0 ? 'the same' : `${seconds} s off`, wanted };
      return {
        verdict: 'warning', found: `${seconds} s ${offset > 0 ? 'ahead' : 'behind'}`, wanted,
        because: 'Certificates of the cluster are not valid yet, or have expired, by one of two clocks that differ.', next: ['timedatectl set-ntp true', 'chronyc makestep'],
      };
    },
  },
  {
    id: 'proxy', title: 'Proxies',
    judge: ({ engine, environment }) => {
      const wanted = 'none, or NO_PROXY with the addresses of nodes';
      const variable = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].find((name) => environment[name]);
      const ofEngine = engine?.proxy ? 'Docker pulls images through one' : '';
      if (variable === undefined) return { verdict: 'ok', found: ofEngine || 'none', wanted };
      const exempt = (environment['NO_PROXY'] ?? environment['no_proxy'] ?? '').split(',').map((entry) => entry.trim());
      if (exempt.some((entry) => entry === '*' || /^(?:172\.|192\.168\.|10\.|\.)/.test(entry))) return { verdict: 'ok', found: `${variable}, and NO_PROXY with private addresses`, wanted };
      return {
        verdict: 'warning', found: `${variable}, without private addresses in NO_PROXY`, wanted,
        because: `With ${variable}, kubectl on this machine asks the proxy for the API server of the cluster, which that cannot reach (kind#1821).`,
        next: ['export NO_PROXY="$NO_PROXY,localhost,127.0.0.1,172.16.0.0/12,192.168.0.0/16"'],
      };
    },
  },
];

/** Docker 18.09 and 19.03 are no semantic versions. */
function versionOf(text = ''): semver.SemVer | null {
  return semver.coerce(text.replace(/\.0+(?=\d)/g, '.'));
}
