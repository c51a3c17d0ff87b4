import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { inspect } from 'node:util';
import type Dockerode from 'dockerode';
import { KindboxError, messageOf, throwIfCancelled } from '../../errors/index.js';
import type { Environment } from './docker-config.js';
import { resolveEndpoint, type Endpoint } from './endpoint.js';
import { explainFailure } from './errors.js';
import { createSshAgent } from './ssh-agent.js';
import { makeSteady } from './steady-calls.js';
import { timeLimits } from './time-limits.js';

/** A connection to one daemon, shared by all parts of the provider. */
export interface DockerClient {
  readonly api: Dockerode;
  readonly endpoint: Endpoint;
  readonly environment: Environment;
  /**
   * Awaits a call of the API. @throws KindboxError that begins with `failing`, or CancelledError when `signal`
   * was what ended the call.
   */
  call<T>(failing: string, request: (signal?: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Closes idle connections. They would not keep the process alive, but tests look for open handles. */
  close(): void;
}

export async function openClient(environment: Environment): Promise<DockerClient> {
  const endpoint = await resolveEndpoint(environment);
  const limits = timeLimits(environment);
  const options = await connectionOptions(endpoint, environment);
  hideFromInspection(options.agent);
  const { default: Docker } = await import('dockerode');
  const api = newDocker(Docker, options, endpoint);
  makeSteady(api.modem, endpoint, limits);

  return {
    api,
    endpoint,
    environment,
    async call(failing, request, signal) {
      if (signal) {
        throwIfCancelled(signal);
        // One signal serves all calls of a run, dozens at a time; Node would warn of a leak at eleven.
        setMaxListeners(0, signal);
      }
      try {
        return await request(signal);
      } catch (error) {
        if (signal) throwIfCancelled(signal);
        throw explainFailure(error, failing, endpoint);
      }
    },
    close: () => options.agent.destroy(),
  };
}

/** dockerode's option for a signal, which not all of its type declarations know. */
export function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

/**
 * docker-modem prints its options to the last hidden property with every request, for a debug log that is off: the
 * agent with all its sockets took 70 ms of CPU a request when twenty were open.
 */
function hideFromInspection(agent: http.Agent): void {
  Object.defineProperty(agent, inspect.custom, { value: () => 'http.Agent' });
}

/** Otherwise Node finds out for each connection, TLS or not, whether the host is an IPv6 address: 8 of the 100 ms of `kindbox list`. */
const NO_TLS_NAME = { servername: '' };

interface ConnectionOptions extends Omit<Dockerode.DockerOptions, 'agent' | 'checkServerIdentity'> {
  readonly agent: http.Agent;
}

async function connectionOptions(endpoint: Endpoint, environment: Environment): Promise<ConnectionOptions> {
  // Every option is named, undefined or not: docker-modem fills the missing ones from process.env on its own.
  const none = { socketPath: undefined, host: undefined, port: undefined, timeout: undefined, ca: undefined, cert: undefined, key: undefined };
  const keepAlive = { keepAlive: true, maxFreeSockets: 16 };
  if (endpoint.transport === 'socket') {
    return { ...none, socketPath: endpoint.socketPath, protocol: 'http', agent: new http.Agent({ ...keepAlive, ...NO_TLS_NAME }) };
  }
  if (endpoint.transport === 'ssh') {
    return { ...none, host: 'docker.invalid', protocol: 'http', agent: createSshAgent(endpoint, environment) };
  }
  // docker-modem puts the host into a URL, where an IPv6 address needs its brackets.
  const host = endpoint.host?.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  const address = { ...none, host, port: endpoint.port };
  const tls = endpoint.tls;
  if (!tls) return { ...address, protocol: 'http', agent: new http.Agent({ ...keepAlive, ...NO_TLS_NAME }) };
  const [ca, cert, key] = await Promise.all([tls.ca, tls.cert, tls.key].map((file) => readTlsFile(file, endpoint)));
  const secrets = { ca, cert, key };
  const agent = new https.Agent({ ...keepAlive, rejectUnauthorized: tls.verify });
  return { ...address, ...secrets, protocol: 'https', agent };
}

async function readTlsFile(file: string | undefined, endpoint: Endpoint): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (cause) {
    throw new KindboxError(`The TLS file ${file} for ${endpoint.url} cannot be read`, {
      reason: 'host',
      because: `${endpoint.chosenBy} asks for TLS, with ca.pem, cert.pem and key.pem in that folder.`,
      next: [`ls -l ${file}`, 'export DOCKER_CERT_PATH=<folder with the three files>'],
      cause,
    });
  }
}

/** The constructor reads process.env too, and throws when it dislikes what it finds there. */
function newDocker(Docker: typeof Dockerode, options: ConnectionOptions, endpoint: Endpoint): Dockerode {
  try {
    return new Docker(options);
  } catch (cause) {
    throw new KindboxError(`The settings for the Docker daemon at ${endpoint.url} are not usable`, {
      reason: 'host',
      because: messageOf(cause),
      next: ['env | grep ^DOCKER_', 'docker version'],
      cause,
    });
  }
}
