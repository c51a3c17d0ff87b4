import { useKindbox } from '../support/cluster-fixture.js';
import { docker } from '../support/docker.js';
import { DockerWithoutSysbox } from '../support/docker-without-sysbox.js';
import type { KindboxRun } from '../support/kindbox.js';
import { leftoversOf, NOTHING } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { anyRuntime } from '../support/runtimes.js';

const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const runtime = `--runtime=${anyRuntime}`;

interface Refusal {
  readonly error: { readonly message: string; readonly because: string | null; readonly next: readonly string[]; readonly exitCode: number };
}

function refusalOf(run: KindboxRun): Refusal['error'] {
  return (JSON.parse(run.stdout) as Refusal).error;
}

describe('what cannot be a cluster is refused before Docker is asked for anything', () => {
  const home = useKindbox(`${filePrefix}-u`);

  test.each([
    ['a shell command', 'x;id'], ['a substitution', '$(id)'], ['upper case', 'Demo'], ['80 characters', 'a'.repeat(80)],
    ['a path', '../demo'], ['a leading dash', '--', '-demo'], ['a newline', 'demo\n'],
  ])('a name that is or has %s', async (_, ...name) => {
    // A Docker that is not there would be another error.
    const run = await home.kindbox.run(['create', runtime, ...name], { environment: NOWHERE });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['a negative number of workers', '--num-workers=-1'], ['a number of workers that is none', '--num-workers=two'],
    ['a pod subnet that is none', '--pod-subnet=10.244.0.0'], ['a pod subnet in that of the Services', '--pod-subnet=10.100.0.0/16'],
    ['a version that is none', '--k8s-version=latest'], ['a port that is none', '--publish=70000'],
    ['an option that does not exist', '--frobnicate'], ['an abbreviation of two options', '--w'],
  ])('%s', async (_, option) => {
    const run = await home.kindbox.run(['create', runtime, option, `${filePrefix}-u`], { environment: NOWHERE });
    expect(run.exitCode).toBe(2);
  });
});

describe('what this host cannot do is refused before anything is made', () => {
  const name = `${filePrefix}-h`;
  const home = useKindbox(name);
  afterEach(async () => {
    expect(await leftoversOf(name)).toEqual(NOTHING);
    expect(await home.kindbox.files()).toEqual([]);
  });

  test('without a Docker daemon', async () => {
    const run = await home.kindbox.run(['create', runtime, name, '--json'], { environment: NOWHERE });
    expect(run.exitCode).toBe(3);
    expect(refusalOf(run).message).toContain('Docker');
  });

  test('a runtime that Docker does not have: those that it has are named', async () => {
    const run = await home.kindbox.run(['create', '--runtime=kindbox-absent', name, '--json']);
    expect(run.exitCode).toBe(3);
    expect(refusalOf(run).because).toContain('runc');
  });

  test('a host without Sysbox: both ways out are named', async () => {
    const host = await DockerWithoutSysbox.open();
    try {
      const run = await home.kindbox.run(['create', name, '--json'], { environment: { DOCKER_HOST: host.address } });
      expect(run.exitCode).toBe(3);
      const { next } = refusalOf(run);
      expect([/install Sysbox/i, /--runtime=runc/].filter((way) => !next.some((step) => way.test(step)))).toEqual([]);
    } finally {
      await host.close();
    }
  });

  test('an image that does not exist', async () => {
    const run = await home.kindbox.run(['create', runtime, '--image=127.0.0.1:1/kindbox-test/absent:v1', name, '--json']);
    expect(run.exitCode).toBe(4);
    expect(refusalOf(run).message).toContain('kindbox-test/absent:v1');
  });

  test('an image that is no node image', async () => {
    const image = await ensureProbeImage();
    const run = await home.kindbox.run(['create', runtime, `--image=${image}`, name, '--json']);
    expect(run.exitCode).toBe(4);
    expect(refusalOf(run).message).toContain('not a node image');
  });

  test('a Kubernetes version that the image does not have', async () => {
    const [image] = (await docker(['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'nestybox/k8s-node'])).split('\n');
    const run = await home.kindbox.run(['create', runtime, `--image=${image}`, '--k8s-version=v1.2.3', name, '--json']);
    expect(run.exitCode).toBe(4);
    expect(refusalOf(run).message).toContain('v1.2.3');
  });

  test('a network that does not exist', async () => {
    const run = await home.kindbox.run(['create', runtime, `--net=${name}-absent`, name, '--json']);
    expect(run.exitCode).toBe(6);
  });

  test('resizing a cluster that does not exist', async () => {
    const run = await home.kindbox.run(['resize', '--num-workers=2', name, '--json']);
    expect(run.exitCode).toBe(6);
  });

  test("a container of somebody else's has a node's name: it stays as it is", async () => {
    const foreign = await docker(['create', '--name', `${name}-worker-0`, await ensureProbeImage(), 'hostname']);
    try {
      const run = await home.kindbox.run(['create', runtime, name, '--json']);
      expect(run.exitCode).toBe(5);
      expect(refusalOf(run).message).toContain(`${name}-worker-0`);
      expect(await docker(['container', 'inspect', '--format', '{{.Id}}', `${name}-worker-0`])).toBe(foreign);
    } finally {
      await docker(['rm', '--force', foreign]);
    }
  });

  test("a network of somebody else's has the name of the cluster's: it stays as it is", async () => {
    const foreign = await docker(['network', 'create', `${name}-net`]);
    try {
      const run = await home.kindbox.run(['create', runtime, name, '--json']);
      expect(run.exitCode).toBe(5);
      expect(await docker(['network', 'inspect', '--format', '{{.Id}}', `${name}-net`])).toBe(foreign);
    } finally {
      await docker(['network', 'rm', foreign]);
    }
  });

  test("a subnet of which a network of somebody else's has a part, and a network among the addresses of pods", async () => {
    const foreign = await docker(['network', 'create', '--subnet', '10.212.64.0/24', `${name}-theirs`]);
    try {
      const overlapping = await home.kindbox.run(['create', runtime, '--subnet=10.212.0.0/16', name, '--json']);
      expect([overlapping.exitCode, refusalOf(overlapping).message]).toEqual([5, expect.stringContaining(`${name}-theirs (10.212.64.0/24)`)]);
      const amongPods = await home.kindbox.run(['create', runtime, `--net=${name}-theirs`, '--pod-subnet=10.212.0.0/16', name, '--json']);
      expect([amongPods.exitCode, refusalOf(amongPods).message]).toEqual([5, expect.stringContaining('pod subnet 10.212.0.0/16')]);
      expect(await docker(['network', 'inspect', '--format', '{{len .Containers}}', foreign])).toBe('0');
    } finally {
      await docker(['network', 'rm', foreign]);
    }
  });
});
