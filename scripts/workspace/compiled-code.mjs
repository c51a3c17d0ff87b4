// What V8 has compiled once the program has listed clusters, for versions of Node that keep no such thing by themselves.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KEEPER = fileURLToPath(new URL('keep-compiled-code.cjs', import.meta.url));

/** Runs the program on a daemon that has nothing, and writes a file beside it that bin/kindbox finds. */
export async function keepCompiledCode(root, program) {
  if (nodeModule.enableCompileCache !== undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'kindbox-build-'));
  const socket = join(folder, 'docker.sock');
  const daemon = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url.includes('/volumes') ? '{"Volumes":[]}' : '[]');
  });
  try {
    await new Promise((resolve) => daemon.listen(socket, resolve));
    const env = { PATH: process.env.PATH, HOME: folder, DOCKER_HOST: `unix://${socket}` };
    const child = spawn(process.execPath, [KEEPER, root, program, 'list'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const said = [];
    child.stderr.on('data', (chunk) => said.push(chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`kindbox list failed while it was built:\n${Buffer.concat(said)}`);
  } finally {
    daemon.closeAllConnections();
    await new Promise((resolve) => daemon.close(resolve));
    await rm(folder, { recursive: true });
  }
}
