import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Result } from 'execa';

const SCRIPT = join(import.meta.dirname, '../../../images/k8s-node/rootfs/usr/local/lib/kindbox/start-unit');

let folder: string;
let systemd: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kindbox-'));
  systemd = createServer();
  const script = (await readFile(SCRIPT, 'utf8')).replaceAll('/run/systemd/private', join(folder, 'socket'));
  await program('start-unit', script);
});
afterEach(async () => {
  systemd.close();
  await rm(folder, { recursive: true });
});

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), 0o755);
}

/** A `systemctl` whose first calls have these results, and whose others succeed. */
async function systemctl(...results: string[]): Promise<void> {
  await program('systemctl', `#!/bin/sh\necho "$*" >>${folder}/calls\ncase $(wc -l <${folder}/calls) in\n${results.map((result, index) => `${index + 1}) ${result} ;;\n`).join('')}esac\n`);
}

const calls = async (): Promise<string[]> => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
const startUnit = (seconds: number): Promise<Result> => execa(join(folder, 'start-unit'), [String(seconds), 'a.service'], { reject: false, env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } });
const listen = (): void => { systemd.listen(join(folder, 'socket')); };

test('a unit is started as soon as systemd has its socket', async () => {
  await systemctl();
  const starting = startUnit(10);
  setTimeout(listen, 200);
  expect(await starting).toMatchObject({ exitCode: 0 });
  expect(await calls()).toEqual(['start a.service']);
});

test('a systemd that does not listen to its socket yet is asked again', async () => {
  listen();
  const refused = 'echo "Failed to connect to bus: No such file or directory" >&2; exit 1';
  await systemctl(refused, refused);
  expect(await startUnit(10)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await calls()).toHaveLength(3);
});

test('a unit that fails is told at once', async () => {
  listen();
  await systemctl('echo "Job for a.service failed" >&2; exit 1');
  expect(await startUnit(10)).toMatchObject({ exitCode: 1, stderr: 'Job for a.service failed' });
  expect(await calls()).toHaveLength(1);
});

test('a systemd that never comes is told', async () => {
  await systemctl();
  expect(await startUnit(1)).toMatchObject({ exitCode: 1, stderr: 'systemd did not start within 1 s' });
});
