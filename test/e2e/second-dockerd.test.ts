import { execa } from 'execa';
import { docker } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { defaultBridge } from '../support/host-address.js';
import { ensureProbeImage } from '../support/probe-image.js';
import { SecondDockerd } from '../support/second-dockerd.js';
import { anyRuntime } from '../support/runtimes.js';

describe('a second Docker daemon, for tests that must not touch the first', () => {
  let second: SecondDockerd;
  let image: string;

  beforeAll(async () => {
    image = await ensureProbeImage();
    second = await SecondDockerd.start({ defaultRuntime: anyRuntime });
    await second.copyImages(image);
  });
  afterAll(() => second.stop());

  test('has the runtimes of the machine, and a default of its own', async () => {
    const [firsts, seconds] = await Promise.all([docker(['info', '--format', '{{json .Runtimes}}']), second.docker(['info', '--format', '{{json .Runtimes}}'])]);
    // A daemon that has read its configuration again tells no more of the runtimes that are built into it.
    expect(JSON.parse(seconds)).toMatchObject(JSON.parse(firsts) as object);
    expect(await second.docker(['info', '--format', '{{.DefaultRuntime}}'])).toBe(anyRuntime);
  });

  test('its containers are reached in its network namespace, also after a restart', async () => {
    await second.docker(['run', '--detach', '--name', 'web', '--restart', 'always', '--publish', '127.0.0.1:30123:8080', image, 'serve', ':8080']);
    const answer = (): Promise<string> => second.run(process.execPath, ['--eval', FETCH, 'http://127.0.0.1:30123/hostname']);
    const expected = await second.docker(['ps', '--quiet', '--filter', 'name=web']);
    expect(await eventually(answer)).toBe(expected);
    await second.restart('SIGTERM');
    expect(await eventually(answer)).toBe(expected);
    await second.restart('SIGKILL');
    expect(await eventually(answer)).toBe(expected);
  });

  test('the first has none of them, and its bridge', async () => {
    expect(await docker(['ps', '--all', '--quiet', '--filter', `ancestor=${image}`, '--filter', 'name=^web$'])).toBe('');
    await execa('ip', ['link', 'show', await defaultBridge()]);
  });
});

const FETCH = "fetch(process.argv.at(-1)).then(async (response) => process.stdout.write(await response.text()))";
