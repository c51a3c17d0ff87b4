import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';

const defaultHost = 'unix:///var/run/docker.sock';

/** Where the docker command would look for its daemon: DOCKER_HOST, then the current context. */
export function dockerHost(environment = process.env) {
  if (environment.DOCKER_HOST) return environment.DOCKER_HOST;
  const folder = environment.DOCKER_CONFIG || join(homedir(), '.docker');
  const context = environment.DOCKER_CONTEXT || readJson(join(folder, 'config.json'))?.currentContext;
  if (!context || context === 'default') return defaultHost;
  const digest = createHash('sha256').update(context).digest('hex');
  const meta = readJson(join(folder, 'contexts', 'meta', digest, 'meta.json'));
  return meta?.Endpoints?.docker?.Host || defaultHost;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

export const isDefaultHost = (host) => ['unix:///var/run/docker.sock', 'unix:///run/docker.sock'].includes(host);
export const isLocalHost = (host) => host.startsWith('unix://');

/** 'answers', 'forbidden', 'absent', or 'unknown' for a host that only the docker command can reach (ssh). */
export async function daemonState(host) {
  if (!/^(unix|tcp|http|https):\/\//.test(host)) return 'unknown';
  try {
    await dockerGet(host, '/_ping');
    return 'answers';
  } catch (error) {
    return error.code === 'EACCES' || error.code === 'EPERM' ? 'forbidden' : 'absent';
  }
}

export async function daemonInfo(host) {
  return JSON.parse(await dockerGet(host, '/info'));
}

function dockerGet(host, path) {
  return new Promise((resolve, reject) => {
    const { client, ...address } = addressOf(host);
    const request = client.get({ ...address, path, timeout: 10_000 }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`Docker answered ${response.statusCode} to ${path}: ${body}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`Docker did not answer ${path} in 10 s`)));
    request.on('error', reject);
  });
}

function addressOf(host) {
  if (isLocalHost(host)) return { client: http, socketPath: host.slice('unix://'.length) };
  const url = new URL(host.replace(/^tcp:/, 'http:'));
  const secure = url.protocol === 'https:' || Boolean(process.env.DOCKER_TLS_VERIFY);
  const address = { hostname: url.hostname, port: url.port || (secure ? 2376 : 2375) };
  return secure ? { client: https, ...address, ...clientCertificates() } : { client: http, ...address };
}

function clientCertificates() {
  const folder = process.env.DOCKER_CERT_PATH || join(homedir(), '.docker');
  const read = (name) => readFileSync(join(folder, name));
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

export async function waitFor(check, milliseconds) {
  const end = Date.now() + milliseconds;
  for (;;) {
    if (await check()) return true;
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
