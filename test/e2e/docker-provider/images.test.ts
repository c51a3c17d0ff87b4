import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { CancelledError } from '../../../src/errors/index.js';
import { BASE_IMAGE, failureOf, never, tar, makeFixture, type Fixture } from './fixture.js';

jest.setTimeout(120_000);

let fixture: Fixture;
let docker: Fixture['docker'];
let cluster: Fixture['cluster'];
let image: Fixture['image'];
let buildLabels: Fixture['buildLabels'];

beforeAll(async () => {
  fixture = await makeFixture();
  ({ docker, cluster, image, buildLabels } = fixture);
});

afterAll(async () => {
  await fixture.dispose();
  expect(await fixture.buildContainers()).toBe('');
});

describe('images', () => {
  it('are found, listed by repository, or absent', async () => {
    const found = await docker.findImage(image, never);
    expect(found).toMatchObject({ references: [image], labels: { 'dev.kindbox.build': '' }, architecture: expect.stringMatching(/^(amd64|arm64)$/) });
    expect(await docker.listImages(`${cluster}/sleeper`, never)).toEqual([found]);
    expect(await docker.findImage(`${cluster}/absent:v1`, never)).toBeUndefined();
    expect(await failureOf(docker.findImage('no image?x=1', never))).toMatchObject({ reason: 'usage' });
  });

  it('that no registry has are refused in a moment', async () => {
    const error = await failureOf(docker.pullImage('127.0.0.1:1/kbtest/absent:v1', () => undefined, never));
    expect(error).toMatchObject({ reason: 'image', message: expect.stringContaining('cannot be reached') });
  });

  it('are built from a Dockerfile, whose failures come with their output', async () => {
    const reference = `${cluster}/built:v1`;
    const lines: string[] = [];
    const spec = { reference, buildArgs: { WORD: 'grün' }, labels: buildLabels, onLine: (line: string) => lines.push(line) };
    const good = `FROM ${BASE_IMAGE}\nARG WORD\nRUN echo "said $WORD"\n`;
    const built = await docker.buildImage({ ...spec, context: tar({ Dockerfile: good }) }, never);
    expect(built).toMatchObject({ references: [reference], labels: buildLabels });
    expect(lines).toContain('said grün');
    const error = await failureOf(docker.buildImage({ ...spec, context: tar({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN echo alas; exit 3\n` }) }, never));
    expect(error).toMatchObject({ reason: 'image', logTail: expect.stringContaining('alas'), because: expect.stringContaining('non-zero code: 3') });
  });

  it('stop being built when the run is cancelled', async () => {
    const controller = new AbortController();
    const spec = { reference: `${cluster}/never:v1`, buildArgs: {}, labels: buildLabels, onLine: () => controller.abort(new CancelledError()) };
    const building = docker.buildImage({ ...spec, context: tar({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN sleep 60\n` }) }, controller.signal);
    await expect(building).rejects.toBeInstanceOf(CancelledError);
  });

  it('are imported, tagged and removed', async () => {
    const made = await docker.importImage(`${cluster}/imported:v1`, tar({ hello: 'world' }), never);
    expect(made.references).toEqual([`${cluster}/imported:v1`]);
    await docker.tagImage(made.id, `${cluster}/imported:v2`, never);
    expect(await docker.listImages(`${cluster}/imported`, never)).toHaveLength(1);
    await docker.removeImage(made.id);
    await docker.removeImage(made.id);
    expect(await docker.findImage(`${cluster}/imported:v2`, never)).toBeUndefined();
  });

  it('are committed without what the container ran with', async () => {
    const volume = `${cluster}-cache`;
    await docker.ensureVolume(volume, buildLabels, never);
    await docker.ensureVolume(volume, buildLabels, never);
    const lines: string[] = [];
    const { containerId, exitCode } = await docker.runToEnd(
      {
        image: BASE_IMAGE, argv: ['sh', '-c', 'cat /opt/note; echo "proxy $HTTPS_PROXY" >&2; touch /cache/x; exit 4'], environment: { HTTPS_PROXY: 'http://user:secret@proxy' },
        labels: buildLabels, volumes: [{ name: volume, path: '/cache' }], files: [{ path: '/opt', tar: tar({ note: 'from a file\n' }) }], nodePrivileges: true, onLine: (line) => lines.push(line),
      },
      never,
    );
    expect(exitCode).toBe(4);
    expect(lines.sort()).toEqual(['from a file', 'proxy http://user:secret@proxy']);
    const spec = { reference: `${cluster}/committed:v1`, labels: { kind: 'node' }, entrypoint: ['/sbin/init'], command: [], environment: { A: 'b c' }, stopSignal: 'SIGRTMIN+3' };
    const made = await docker.commit(containerId, spec, never);
    await docker.removeContainer(containerId);
    await docker.removeContainer(containerId);
    await docker.removeVolume(volume);
    await docker.removeVolume(volume);
    const { stdout } = await execa('docker', ['image', 'inspect', '--format', '{{json .Config}}', made.id]);
    expect(stdout).not.toContain('secret');
    const config = JSON.parse(stdout) as { Cmd: string[] | null };
    expect(config).toMatchObject({ Entrypoint: ['/sbin/init'], StopSignal: 'SIGRTMIN+3', Labels: { kind: 'node' }, Env: expect.arrayContaining(['A=b c']) });
    expect(config.Cmd ?? []).toEqual([]);
  });

  it('leave no container when a run of theirs is cancelled', async () => {
    const controller = new AbortController();
    const running = docker.runToEnd(
      { image, argv: ['sh', '-c', 'echo up; sleep 60'], environment: {}, labels: buildLabels, volumes: [], files: [], nodePrivileges: false, onLine: () => controller.abort(new CancelledError()) },
      controller.signal,
    );
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(await fixture.buildContainers()).toBe('');
  });
});
