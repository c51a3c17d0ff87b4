import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { connectDocker } from '../../../src/provider/docker/connect.js';
import type { ObservedNode } from '../../../src/provider/types.js';
import { failureOf, makeFixture, never, type Fixture } from './fixture.js';

jest.setTimeout(120_000);

const DAEMON = '/var/run/docker.sock';

let fixture: Fixture;
let node: ObservedNode;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kindbox-connections-'));
  fixture = await makeFixture();
  node = await fixture.docker.createNode(fixture.nodeSpec(), never);
});

afterAll(async () => {
  await fixture.dispose();
  await rm(folder, { recursive: true });
});

describe('a daemon that goes away', () => {
  it('ends commands and streams with an error, never with a short result', async () => {
    const relay = await Relay.start(path.join(folder, 'cut.sock'));
    const docker = await connectDocker({ DOCKER_HOST: `unix://${relay.path}` });
    const running = failureOf(docker.exec(node.id, ['sh', '-c', 'echo started; sleep 30; echo ended'], { signal: never }));
    const stream = await docker.openStream(node.id, ['cat'], never);
    const reading = failureOf(text(stream));
    await sleep(500);
    await relay.stop();
    expect((await running).reason).toBe('host');
    expect((await reading).reason).toBe('host');
    expect(await failureOf(docker.describeHost(never))).toMatchObject({ reason: 'host', message: expect.stringContaining('not running') });
    docker.close();
  });

  it('does not end a wait for a node that still runs', async () => {
    const made = await fixture.docker.createNode(fixture.nodeSpec(), never);
    const socket = path.join(folder, 'wait.sock');
    const relay = await Relay.start(socket);
    const docker = await connectDocker({ DOCKER_HOST: `unix://${socket}` });
    const waiting = docker.waitForExit(made.id, never);
    await sleep(300);
    await relay.stop();
    await sleep(700);
    const again = await Relay.start(socket);
    await execa('docker', ['kill', made.id]);
    expect(await waiting).toEqual({ exitCode: 137, outOfMemory: false });
    docker.close();
    await again.stop();
  });
});

describe('a daemon that hangs', () => {
  it('lets go of a cancelled command', async () => {
    const silent = createServer(() => undefined).listen(path.join(folder, 'silent.sock'));
    const docker = await connectDocker({ DOCKER_HOST: `unix://${path.join(folder, 'silent.sock')}` });
    await expect(docker.describeHost(AbortSignal.timeout(300))).rejects.toMatchObject({ reason: 'interrupted' });
    silent.close();
    docker.close();
  });
});

describe('a daemon behind ssh', () => {
  it('is reached by the ssh command of the user', async () => {
    const ssh = path.join(folder, 'ssh');
    await writeFile(ssh, '#!/bin/sh\nwhile [ "$1" != "docker" ]; do shift; done\nunset DOCKER_HOST\nexec "$@"\n');
    await chmod(ssh, 0o755);
    const environment = { PATH: `${folder}:${process.env['PATH']}`, DOCKER_HOST: 'ssh://me@example.test:2222' };
    const docker = await connectDocker(environment);
    expect(await docker.describeHost(never)).toMatchObject({ remote: true, address: 'example.test' });
    const bytes = 'ä'.repeat(500_000);
    expect(await docker.exec(node.id, ['cat'], { signal: never, stdin: bytes })).toMatchObject({ exitCode: 0, stdout: bytes });
    await writeFile(ssh, '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n');
    expect(await failureOf(docker.describeHost(never))).toMatchObject({ reason: 'host', because: 'Permission denied (publickey).' });
    docker.close();
  });
});

/** Passes a Unix socket on to the real daemon, until it is stopped as a dying daemon would be. */
class Relay {
  private readonly sockets = new Set<Socket>();

  private constructor(readonly path: string, private readonly server: Server) {
    server.on('connection', (client: Socket) => {
      const daemon = createConnection(DAEMON);
      for (const [from, to] of [[client, daemon], [daemon, client]] as const) {
        this.sockets.add(from);
        from.on('error', () => undefined).pipe(to);
      }
    });
  }

  static async start(socket: string): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true }).listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    return new Relay(socket, server);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
