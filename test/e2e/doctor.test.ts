import type { DoctorReport } from '../../src/host/doctor.js';
import { useKindbox } from '../support/cluster-fixture.js';
import { DockerWithoutSysbox } from '../support/docker-without-sysbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';

const runtime = `--runtime=${anyRuntime}`;
const home = useKindbox(filePrefix);
const name = `${filePrefix}-d`;
/** Docker's own bridge takes the only subnet that there is. */
const EXHAUSTED = { DefaultAddressPools: [{ Base: '172.17.0.0/16', Size: 16 }] };

async function examined(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<{ exitCode: number | undefined; report: DoctorReport }> {
  const run = await home.kindbox.run(['doctor', ...argv, '--json'], { environment });
  return { exitCode: run.exitCode, report: JSON.parse(run.stdout) as DoctorReport };
}

async function withDocker<T>(change: object | undefined, work: (environment: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const docker = await DockerWithoutSysbox.open(change === undefined ? {} : { change: (info) => ({ ...info, ...change }) });
  try {
    return await work({ DOCKER_HOST: docker.address });
  } finally {
    await docker.close();
  }
}

test('on this machine, which runs clusters, nothing is a failure, and hardly anything unknown', async () => {
  const { exitCode, report } = await examined([runtime]);
  expect(report.findings.filter(({ verdict }) => verdict === 'failure')).toEqual([]);
  expect(exitCode).toBe(0);
  const known = ['engine-version', 'kernel', 'cgroup-controllers', 'inotify-instances', 'disk', 'memory', 'address-pools', 'br-netfilter'];
  expect(known.filter((id) => ['ok', 'warning'].includes(report.findings.find((finding) => finding.id === id)?.verdict ?? 'absent'))).toEqual(known);
});

test('every finding says what was found and wanted, and what is not well has a remedy', async () => {
  const { report } = await examined(['--runtime=runc', '--num-workers=5000']);
  expect(report.verdict).toBe('warning');
  expect(report.findings.filter(({ found, wanted }) => found === '' || wanted === '')).toEqual([]);
  expect(report.findings.filter(({ verdict, next }) => verdict === 'warning' && next.length === 0)).toEqual([]);
});

test('no Docker is a finding, with the exit code of a host that cannot', async () => {
  const { exitCode, report } = await examined([runtime], { DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
  expect(exitCode).toBe(3);
  expect(report).toMatchObject({ verdict: 'failure', engine: null, findings: [{ id: 'engine', verdict: 'failure' }] });
});

test('a host without Sysbox', async () => {
  await withDocker(undefined, async (environment) => {
    const { exitCode, report } = await examined(['--runtime=sysbox-runc'], environment);
    expect(exitCode).toBe(3);
    expect(report.findings.find(({ id }) => id === 'runtime')).toMatchObject({ verdict: 'failure', next: expect.arrayContaining([expect.stringContaining('--runtime=runc')]) });
  });
});

test('a daemon on another host: its kernel is not looked at, and what is unknown is said to be', async () => {
  await withDocker({ Name: 'somewhere-else' }, async (environment) => {
    const { exitCode, report } = await examined([runtime], environment);
    expect(exitCode).toBe(0);
    expect(report.elsewhere).toBe(true);
    expect(report.findings.find(({ id }) => id === 'inotify-instances')?.verdict).toBe('unknown');
  });
});

describe('Docker has no subnet left', () => {
  test('the doctor says so', async () => {
    await withDocker(EXHAUSTED, async (environment) => {
      const { exitCode, report } = await examined([runtime], environment);
      expect(exitCode).toBe(3);
      expect(report.findings.filter(({ verdict }) => verdict === 'failure').map(({ id }) => id)).toEqual(['address-pools']);
    });
  });

  test('a create is refused before anything is made, with what mends it', async () => {
    await withDocker(EXHAUSTED, async (environment) => {
      const run = await home.kindbox.run(['create', runtime, name, '--json'], { environment });
      expect(run.exitCode).toBe(3);
      const { error } = JSON.parse(run.stdout) as { error: { message: string; next: readonly string[] } };
      expect(error.message).toContain('Address pools');
      expect(error.next).toEqual(expect.arrayContaining(['docker network prune', 'kindbox doctor']));
    });
    expect(await leftoversOf(name)).toEqual(NOTHING);
  });
});
