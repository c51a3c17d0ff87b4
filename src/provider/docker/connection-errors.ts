import { KindboxError } from '../../errors/index.js';
import type { Endpoint } from './endpoint.js';

interface Explanation {
  readonly what: string;
  readonly because: string;
  readonly next: readonly string[];
}

type Explain = (endpoint: Endpoint) => Explanation;

/** Failures to reach the daemon at all, by Node's error code. Undefined for what is none of them. */
export function explainConnection(error: unknown, endpoint: Endpoint): KindboxError | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return undefined;
  const explain = CONNECTION_RULES[code] ?? (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code) ? tls : undefined);
  if (!explain) return undefined;
  const { what, because, next } = explain(endpoint);
  return new KindboxError(what, { reason: 'host', because, next, cause: error });
}

const notThere: Explain = (endpoint) => ({
  what: `Docker is not running: there is no ${endpoint.socketPath ?? endpoint.url}`,
  because: `Docker is not installed, is stopped, or listens elsewhere (the address comes from ${endpoint.chosenBy}).`,
  next: ['sudo systemctl start docker', 'docker context ls'],
});

const refused: Explain = (endpoint) => ({
  what: `Docker is not running: nothing answers at ${endpoint.url}`,
  because: endpoint.transport === 'socket' ? 'The socket is there, but the daemon behind it is stopped.' : `The daemon on ${endpoint.host} is stopped, or listens on another port.`,
  next: endpoint.transport === 'socket' ? ['sudo systemctl restart docker', 'journalctl --unit docker --since -10min'] : [`docker --host ${endpoint.url} version`],
});

const denied: Explain = (endpoint) => ({
  what: `Permission denied on the Docker socket ${endpoint.socketPath ?? endpoint.url}`,
  because: 'Your user is not in the group that may talk to Docker.',
  next: ['sudo usermod --append --groups docker "$USER"', 'newgrp docker'],
});

const unknownHost: Explain = (endpoint) => ({
  what: `The Docker host ${endpoint.host ?? endpoint.url} cannot be found`,
  because: `Its name does not resolve; it comes from ${endpoint.chosenBy}.`,
  next: ['docker context ls', 'env | grep ^DOCKER_'],
});

const unreachable: Explain = (endpoint) => ({
  what: `The Docker host ${endpoint.host ?? endpoint.url} does not answer`,
  because: 'The machine is down, or a firewall is in the way.',
  next: [`docker --host ${endpoint.url} version`],
});

const dropped: Explain = (endpoint) => ({
  what: `Docker closed the connection at ${endpoint.url}`,
  because: 'The daemon was stopped or restarted meanwhile.',
  next: ['docker info', 'journalctl --unit docker --since -10min'],
});

const notHttp: Explain = (endpoint) => ({
  what: `What answers at ${endpoint.url} is not a Docker daemon`,
  because: 'It does not speak HTTP there; a daemon with TLS wants DOCKER_TLS_VERIFY=1.',
  next: ['docker version', 'env | grep ^DOCKER_'],
});

const notDocker: Explain = (endpoint) => ({
  what: `What answers at ${endpoint.url} is not a Docker daemon, or is not well`,
  because: 'Its answer is not that of the Docker API, or only half of one.',
  next: ['docker version', 'docker info', 'env | grep ^DOCKER_'],
});

const tls: Explain = (endpoint) => ({
  what: `No trusted TLS connection to ${endpoint.url}`,
  because: 'The daemon\'s certificate does not match the CA given, it refused ours, or it does not use TLS.',
  next: ['docker version', 'ls -l "$DOCKER_CERT_PATH"'],
});

const CONNECTION_RULES: Readonly<Record<string, Explain>> = {
  ENOENT: notThere,
  ECONNREFUSED: refused,
  EACCES: denied,
  EPERM: denied,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ECONNRESET: dropped,
  EPIPE: dropped,
  ERR_STREAM_PREMATURE_CLOSE: dropped,
  ERR_NOT_DOCKER: notDocker,
  HPE_INVALID_CONSTANT: notHttp,
  HPE_INVALID_HEADER_TOKEN: notHttp,
};
