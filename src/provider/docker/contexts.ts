import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { KindboxError } from '../../errors/index.js';
import { dockerConfigFolder, parseObject, readDockerConfig, type Environment } from './docker-config.js';

export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/** The three files of a folder, by the names that the docker CLI gives them. */
export function tlsFilesIn(folder: string): Required<Omit<TlsFiles, 'verify'>> {
  return { ca: path.join(folder, 'ca.pem'), cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') };
}

/** Name of the docker context in force; undefined when it is the built-in `default`. */
export async function selectedContext(environment: Environment): Promise<string | undefined> {
  const name = environment['DOCKER_CONTEXT'] || (await readDockerConfig(environment)).currentContext;
  return typeof name === 'string' && name !== '' && name !== 'default' ? name : undefined;
}

/** @throws KindboxError host when the context does not exist or has no Docker endpoint. */
export async function contextEndpoint(name: string, environment: Environment): Promise<{ address: string; tls?: TlsFiles }> {
  const contexts = path.join(dockerConfigFolder(environment), 'contexts');
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = parseObject(await readFile(path.join(contexts, 'meta', folder, 'meta.json'), 'utf8').catch(() => ''));
  const endpoint = (meta?.['Endpoints'] as Record<string, { Host?: unknown; SkipTLSVerify?: unknown }> | undefined)?.['docker'];
  if (typeof endpoint?.Host !== 'string' || endpoint.Host === '') throw unknownContext(name);

  const tlsFolder = path.join(contexts, 'tls', folder, 'docker');
  const present = new Set(await readdir(tlsFolder).catch(() => [] as string[]));
  const skipVerification = endpoint.SkipTLSVerify === true;
  if (present.size === 0 && !skipVerification) return { address: endpoint.Host };
  const files = Object.entries(tlsFilesIn(tlsFolder)).filter(([, file]) => present.has(path.basename(file)));
  return { address: endpoint.Host, tls: { ...Object.fromEntries(files), verify: !skipVerification } };
}

function unknownContext(name: string): KindboxError {
  return new KindboxError(`The docker context "${name}" does not exist or names no Docker daemon`, {
    reason: 'host',
    because: 'It is set by DOCKER_CONTEXT or by currentContext in the docker CLI\'s config.json.',
    next: ['docker context ls', 'docker context use default'],
  });
}
