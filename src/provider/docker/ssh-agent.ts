import { spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';
import { KindboxError } from '../../errors/index.js';
import type { Environment } from './docker-config.js';
import type { Endpoint } from './endpoint.js';

const STDERR_KEPT = 2000;

/**
 * Reaches a daemon as the docker CLI does: through the user's own ssh, so that his keys, known hosts and ssh_config
 * count. dockerode's ssh knows none of them and does not check host keys.
 */
export function createSshAgent(endpoint: Endpoint, environment: Environment): http.Agent {
  const agent = new http.Agent({ keepAlive: false });
  const createConnection = (_options: unknown, done: (error: Error | null, stream?: Duplex) => void) => {
    done(null, dial(endpoint, environment));
  };
  return Object.assign(agent, { createConnection });
}

export function sshArguments(endpoint: Endpoint): string[] {
  return [
    '-o', 'ConnectTimeout=30', '-T',
    ...(endpoint.user ? ['-l', endpoint.user] : []),
    ...(endpoint.port ? ['-p', String(endpoint.port)] : []),
    '--', endpoint.host ?? '', 'docker', 'system', 'dial-stdio',
  ];
}

function dial(endpoint: Endpoint, environment: Environment): Duplex {
  const ssh = spawn('ssh', sshArguments(endpoint), { stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment } });
  const stream = new Duplex({
    read: () => void ssh.stdout.resume(),
    write: (chunk: Buffer, _encoding, done) => void ssh.stdin.write(chunk, () => done()),
    final: (done) => void ssh.stdin.end(() => done()),
    destroy: (error, done) => {
      ssh.kill();
      done(error);
    },
  });
  ssh.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) ssh.stdout.pause();
  });
  ssh.stdin.on('error', () => undefined);
  let complaint = '';
  ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-STDERR_KEPT);
  });
  ssh.once('error', () => stream.destroy(unreachable(endpoint, 'The ssh command could not be run.')));
  // Only now is it known whether the end of stdout was an end or a failure.
  ssh.once('close', (code) => {
    if (code) stream.destroy(unreachable(endpoint, complaint.trim().split('\n').at(-1) || `ssh ended with exit code ${code}.`));
    else stream.push(null);
  });
  return stream;
}

function unreachable(endpoint: Endpoint, because: string): KindboxError {
  const target = endpoint.user ? `${endpoint.user}@${endpoint.host}` : endpoint.host;
  return new KindboxError(`The Docker daemon at ${endpoint.url} cannot be reached over ssh`, {
    reason: 'host',
    because,
    next: [`ssh ${endpoint.port ? `-p ${endpoint.port} ` : ''}${target} docker version`],
  });
}
