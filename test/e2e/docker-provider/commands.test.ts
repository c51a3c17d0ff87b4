import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { createHash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../../../src/errors/index.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { failureOf, MEGABYTE, never, makeFixture, type Fixture } from './fixture.js';

jest.setTimeout(120_000);

let fixture: Fixture;
let docker: Fixture['docker'];
let node: ObservedNode;

beforeAll(async () => {
  fixture = await makeFixture();
  ({ docker } = fixture);
  node = await docker.createNode(fixture.nodeSpec(), never);
});

afterAll(async () => {
  await fixture.dispose();
  expect(await fixture.buildContainers()).toBe('');
});

describe('commands in nodes', () => {
  const exec = (argv: string[], stdin?: string | Buffer) => docker.exec(node.id, argv, { signal: never, ...(stdin !== undefined && { stdin }) });

  it('return exit codes and both outputs', async () => {
    expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
    expect((await exec(['/no/such/program'])).exitCode).toBeGreaterThanOrEqual(126);
    expect(await exec(['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: 137 });
  });

  it('keep characters and lines whole', async () => {
    const lines: string[] = [];
    const script = 'for i in 1 2 3 4 5; do printf "\\303"; sleep 0.02; printf "\\244\\346\\227"; sleep 0.02; printf "\\245\\n"; done; printf "no newline"';
    const result = await docker.exec(node.id, ['sh', '-c', script], { signal: never, onLine: (line) => lines.push(line) });
    expect(lines).toEqual([...Array.from({ length: 5 }, () => 'ä日'), 'no newline']);
    expect(result.stdout).toBe(`${'ä日\n'.repeat(5)}no newline`);
  });

  it('take 5 MB of stdin and see its end', async () => {
    const bytes = randomBytes(5 * MEGABYTE);
    const { stdout } = await exec(['sh', '-c', 'cat > /tmp/in; wc -c < /tmp/in; sha256sum < /tmp/in'], bytes);
    expect(stdout).toContain(String(bytes.length));
    expect(stdout).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect((await exec(['cat'], '')).stdout).toBe('');
  });

  it('may leave their stdin unread', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await exec(['sh', '-c', 'echo enough; exit 3'], randomBytes(5 * MEGABYTE))).toMatchObject({ exitCode: 3, stdout: 'enough\n' });
    }
  });

  it('hand over 20 MB of stdout', async () => {
    const { stdout, exitCode } = await exec(['sh', '-c', 'head -c 20971520 /dev/zero | tr "\\0" x; echo']);
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(20 * MEGABYTE + 1);
  });

  it('run twenty at a time', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => exec(['sh', '-c', `sleep 0.5; echo ${i}`])));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it('are left alone when the run is cancelled, or the time is over', async () => {
    const controller = new AbortController();
    const waiting = docker.exec(node.id, ['sleep', '60'], { signal: controller.signal });
    setTimeout(() => controller.abort(new CancelledError('terminated')), 200);
    await expect(waiting).rejects.toMatchObject({ reason: 'terminated' });
    await expect(docker.exec(node.id, ['sleep', '60'], { signal: never, timeoutMs: 200 })).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('fail when their node is killed meanwhile', async () => {
    const made = await docker.createNode(fixture.nodeSpec(), never);
    const running = failureOf(docker.exec(made.id, ['sleep', '60'], { signal: never }));
    await sleep(500);
    await execa('docker', ['kill', made.id]);
    expect(await running).toMatchObject({ reason: 'cluster', message: `Node ${made.name} stopped` });
    await docker.removeNode(made.id);
    expect(await failureOf(docker.exec(made.id, ['true'], { signal: never }))).toMatchObject({ reason: 'cluster' });
  });
});

describe('streams into nodes', () => {
  it('echo 10 MB unharmed, with a half-close', async () => {
    const bytes = randomBytes(10 * MEGABYTE);
    const stream = await docker.openStream(node.id, ['cat'], never);
    const received: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of stream) {
        received.push(chunk as Buffer);
        if (received.length % 50 === 0) await sleep(5);
      }
    })();
    stream.end(bytes);
    await reading;
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });

  it('fail with what the command complained of', async () => {
    const stream = await docker.openStream(node.id, ['sh', '-c', 'echo "connection refused" >&2; exit 1'], never);
    const error = await failureOf(text(stream));
    expect(error).toMatchObject({ reason: 'cluster', logTail: 'connection refused' });
  });

  it('are destroyed by the signal, and by their user', async () => {
    const controller = new AbortController();
    const stream = await docker.openStream(node.id, ['cat'], controller.signal);
    const reading = failureOf(text(stream));
    controller.abort(new CancelledError());
    expect(await reading).toBeInstanceOf(CancelledError);
    const other = await docker.openStream(node.id, ['cat'], never);
    other.destroy();
    await expect(text(other)).rejects.toThrow();
  });
});

describe('waiting for a node to stop', () => {
  it('resolves with the exit code, and at once when it stopped long ago', async () => {
    const made = await docker.createNode(fixture.nodeSpec(), never);
    let ended = false;
    const waiting = docker.waitForExit(made.id, never).finally(() => (ended = true));
    await sleep(300);
    expect(ended).toBe(false);
    await execa('docker', ['kill', made.id]);
    expect(await waiting).toEqual({ exitCode: 137, outOfMemory: false });
    expect(await docker.waitForExit(made.id, never)).toEqual({ exitCode: 137, outOfMemory: false });
    await docker.removeNode(made.id);
    expect(await docker.waitForExit(made.id, never)).toMatchObject({ exitCode: 137 });
  });

  it('ends with the signal', async () => {
    const controller = new AbortController();
    const waiting = docker.waitForExit(node.id, controller.signal);
    setTimeout(() => controller.abort(new CancelledError()), 100);
    await expect(waiting).rejects.toBeInstanceOf(CancelledError);
  });
});
