import { access } from 'node:fs/promises';
import path from 'node:path';
import { KindboxError } from '../../errors/index.js';
import { contextEndpoint, selectedContext, tlsFilesIn, type TlsFiles } from './contexts.js';
import { dockerConfigFolder, homeFolder, type Environment } from './docker-config.js';

/** Where a Docker daemon listens, whatever named it. */
export interface Endpoint {
  /** As the user would write it in DOCKER_HOST. */
  readonly url: string;
  readonly transport: 'socket' | 'tcp' | 'ssh';
  /** Path of a Unix socket or of a named pipe. */
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly tls?: TlsFiles;
  /** What chose it, for error messages: `DOCKER_HOST`, `context "x"`, `the default`. */
  readonly chosenBy: string;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';
const DEFAULT_PIPE = '//./pipe/docker_engine';

/**
 * Finds the daemon in the docker CLI's own order: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default.
 * Nothing is contacted. @throws KindboxError usage for an unreadable address, host for an unknown context.
 */
export async function resolveEndpoint(environment: Environment): Promise<Endpoint> {
  const host = environment['DOCKER_HOST'];
  if (host) return parseEndpoint(host, 'DOCKER_HOST', tlsOfEnvironment(environment));
  const context = await selectedContext(environment);
  if (context !== undefined) {
    const { address, tls } = await contextEndpoint(context, environment);
    return parseEndpoint(address, `context "${context}"`, tls);
  }
  return defaultEndpoint(environment);
}

/** @throws KindboxError usage when the address is none. */
export function parseEndpoint(address: string, chosenBy: string, tls?: TlsFiles): Endpoint {
  const url = address.includes('://') ? address : `tcp://${address}`;
  const [scheme, rest] = splitOnce(url, '://');
  if (scheme === 'unix' || scheme === 'npipe') {
    const socketPath = rest || (scheme === 'unix' ? DEFAULT_SOCKET : DEFAULT_PIPE);
    return { url, transport: 'socket', socketPath, chosenBy };
  }
  const parsed = parseUrl(url, chosenBy);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (parsed.protocol === 'ssh:') {
    const user = decodeURIComponent(parsed.username);
    return { url, transport: 'ssh', host, chosenBy, ...(user && { user }), ...(parsed.port && { port: Number(parsed.port) }) };
  }
  const secure = tls ?? (parsed.protocol === 'https:' ? { verify: true } : undefined);
  const port = parsed.port ? Number(parsed.port) : secure ? 2376 : 2375;
  return { url, transport: 'tcp', host, port, chosenBy, ...(secure && { tls: secure }) };
}

/** Whether the daemon shares this machine's network, as far as its address tells. */
export function isLocal(endpoint: Endpoint): boolean {
  if (endpoint.transport === 'socket') return true;
  return endpoint.transport === 'tcp' && /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(endpoint.host ?? '');
}

/** The docker CLI takes any value for yes, `0` too; dockerode knows only `1`. */
function tlsOfEnvironment(environment: Environment): TlsFiles | undefined {
  const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
  if (!verify && !environment['DOCKER_TLS']) return undefined;
  return { ...tlsFilesIn(environment['DOCKER_CERT_PATH'] || dockerConfigFolder(environment)), verify };
}

async function defaultEndpoint(environment: Environment): Promise<Endpoint> {
  const chosenBy = 'the default';
  if (process.platform === 'win32') return { url: `npipe://${DEFAULT_PIPE}`, transport: 'socket', socketPath: DEFAULT_PIPE, chosenBy };
  const runtimeFolder = environment['XDG_RUNTIME_DIR'];
  const candidates = [
    DEFAULT_SOCKET,
    ...(runtimeFolder ? [path.join(runtimeFolder, 'docker.sock')] : []),
    path.join(homeFolder(environment), '.docker/run/docker.sock'),
  ];
  for (const socketPath of candidates) {
    if (await exists(socketPath)) return { url: `unix://${socketPath}`, transport: 'socket', socketPath, chosenBy };
  }
  return { url: `unix://${DEFAULT_SOCKET}`, transport: 'socket', socketPath: DEFAULT_SOCKET, chosenBy };
}

function parseUrl(url: string, chosenBy: string): URL {
  try {
    const parsed = new URL(url);
    if (parsed.hostname && ['tcp:', 'http:', 'https:', 'ssh:'].includes(parsed.protocol)) return parsed;
  } catch {
    // Told below, with what a valid address looks like.
  }
  throw new KindboxError(`${url} is not the address of a Docker daemon`, {
    reason: 'usage',
    because: `It comes from ${chosenBy}; addresses look like unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host.`,
    next: [chosenBy === 'DOCKER_HOST' ? 'unset DOCKER_HOST' : 'docker context ls'],
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false);
}
