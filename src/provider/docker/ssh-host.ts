import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from './docker-config.js';
import type { Endpoint } from './endpoint.js';

/** Milliseconds. ssh only reads its configuration; a `Match exec` in it may run a command. */
const PATIENCE = 5_000;

/** The host that ssh would connect to: the one of a DOCKER_HOST is often a name that only ssh_config knows. */
export async function sshHostName(endpoint: Endpoint, environment: Environment, signal: AbortSignal): Promise<string | undefined> {
  const { host = '', user, port } = endpoint;
  const argv = ['-G', ...(user ? ['-l', user] : []), ...(port ? ['-p', String(port)] : []), '--', host];
  try {
    const { stdout } = await promisify(execFile)('ssh', argv, { env: { ...environment }, timeout: PATIENCE, signal });
    return hostNameIn(stdout) ?? host;
  } catch {
    // An old ssh, or none: the connection itself tells what is wrong.
    return host;
  }
}

/** Of what `ssh -G` prints. */
export function hostNameIn(configuration: string): string | undefined {
  return /^hostname (\S+)$/m.exec(configuration)?.[1];
}
