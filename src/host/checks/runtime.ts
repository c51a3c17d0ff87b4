import semver from 'semver';
import { isolationWarning, missingRuntime, SYSBOX_RUNTIME } from '../runtime-check.js';
import { unknown, type HostCheck, type Judgement } from '../finding.js';

const INSTALL = 'https://github.com/nestybox/sysbox#installing-sysbox';

export const runtimeChecks: readonly HostCheck[] = [
  {
    id: 'runtime', title: 'Runtime',
    judge: ({ host, sysbox }, { runtime }) => {
      const wanted = runtime === SYSBOX_RUNTIME ? 'Sysbox 0.7 or later, registered as sysbox-runc' : `${runtime}, registered`;
      const missing = missingRuntime(host, runtime);
      if (missing !== undefined) return { verdict: 'failure', found: `registered are ${host.runtimes.join(', ')}`, wanted, because: `${missing.message}. ${missing.because ?? ''}`, next: missing.next };
      const because = isolationWarning(runtime);
      if (because !== undefined) return { verdict: 'warning', found: runtime, wanted: 'Sysbox, which isolates nodes', because, next: [`Install Sysbox: ${INSTALL}`] };
      if (sysbox === undefined) return { verdict: 'ok', found: 'sysbox-runc', wanted };
      if (sysbox.version !== undefined) return ofVersion(sysbox.version, wanted);
      return {
        verdict: 'warning', found: sysbox.says === undefined ? `${sysbox.path}, which does not say its version` : `${sysbox.path}, which says it is ${sysbox.says}`, wanted,
        because: 'What is registered as sysbox-runc is not Sysbox: nodes may not be isolated from the host.', next: [`${sysbox.path} --version`, `Install Sysbox: ${INSTALL}`],
      };
    },
  },
  {
    id: 'runtime-services', title: 'Services of the runtime',
    judge: ({ sysbox }, { runtime }) => {
      if (runtime !== SYSBOX_RUNTIME) return undefined;
      const wanted = 'sysbox-mgr and sysbox-fs answer';
      if (sysbox === undefined) return unknown(wanted);
      if (sysbox.version === undefined) return undefined;
      if (sysbox.silent.length === 0) return { verdict: 'ok', found: 'both answer', wanted };
      return {
        verdict: 'failure', found: `${sysbox.silent.join(' and ')} ${sysbox.silent.length === 1 ? 'does' : 'do'} not answer`, wanted,
        because: 'The runtime sysbox-runc is registered, but its services are stopped: no container can start.',
        next: ['sudo systemctl restart sysbox', 'systemctl status sysbox sysbox-mgr sysbox-fs'],
      };
    },
  },
  {
    id: 'runtime-pair', title: 'Docker with this Sysbox',
    judge: ({ engine, machine, sysbox }, { runtime }) => {
      if (runtime !== SYSBOX_RUNTIME) return undefined;
      const wanted = 'Sysbox 0.7.1 or later for Docker 29.5 or later';
      const docker = semver.coerce(engine?.version);
      if (sysbox?.version === undefined || docker === null) return sysbox?.says === undefined ? unknown(wanted) : undefined;
      const found = `Docker ${docker.version} with Sysbox ${sysbox.version}`;
      const old = semver.valid(sysbox.version) !== null && semver.lt(sysbox.version, '0.7.1');
      if (!old || semver.lt(docker, '29.5.0')) return { verdict: 'ok', found, wanted };
      const configuration = machine?.daemonJson;
      if (hasNoTimeNamespaces(configuration)) return { verdict: 'ok', found: `${found}, time namespaces switched off`, wanted };
      return {
        // Where Docker's configuration cannot be read, it may have been switched off.
        verdict: configuration === undefined || configuration === 'unreadable' ? 'warning' : 'failure', found, wanted,
        because: 'Docker 29.5 asks for time namespaces, which Sysbox 0.7.0 does not know: containers do not start (sysbox#1011).',
        next: ['Upgrade Sysbox to 0.7.1', 'Or set "features": {"time-namespaces": false} in /etc/docker/daemon.json and restart Docker'],
      };
    },
  },
];

/** The runc in node images refuses a /proc as Sysbox 0.6 gives it (sysbox#972, #973). */
function ofVersion(version: string, wanted: string): Judgement {
  const found = `Sysbox ${version}`;
  if (semver.valid(version) === null || semver.gte(version, '0.7.0')) return { verdict: 'ok', found, wanted };
  return {
    verdict: 'failure', found, wanted,
    because: 'No pod can start in a node: the runc in it (1.3.3 or later) calls the /proc of Sysbox before 0.7.0 unsafe (sysbox#973).', next: [`Upgrade Sysbox: ${INSTALL}`],
  };
}

function hasNoTimeNamespaces(configuration: unknown): boolean {
  const features = (configuration as { features?: Readonly<Record<string, unknown>> } | undefined)?.features;
  return features?.['time-namespaces'] === false;
}
