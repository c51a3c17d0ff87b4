import { readFile } from 'node:fs/promises';
import { isOnLoopback, proxyVariables } from '../../host/proxy.js';
import type { SourceEntry } from './source-tree.js';

type Environment = Readonly<Record<string, string | undefined>>;

const GO_VARIABLES = ['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GONOPROXY', 'GOPRIVATE'];

/** In this order: Debian, Fedora, RHEL, SUSE, Alpine and macOS. */
const USUAL_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const CA_FILE = 'kindbox-ca.crt';

export function proxyOutOfReach(environment: Environment): boolean {
  const { HTTP_PROXY = '', HTTPS_PROXY = '' } = proxyVariables(environment);
  return [HTTP_PROXY, HTTPS_PROXY].some(isOnLoopback);
}

export function goVariables(environment: Environment): Record<string, string> {
  return Object.fromEntries(GO_VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  }));
}

export interface CertificateAuthorities {
  readonly file: SourceEntry;
  readonly variables: Readonly<Record<string, string>>;
}

/** What the host trusts, as a file for a container's root folder; undefined when the host does not say. */
export async function certificateAuthorities(
  environment: Environment,
  usual: readonly string[] = USUAL_BUNDLES,
): Promise<CertificateAuthorities | undefined> {
  const bundle = await firstReadable([environment['SSL_CERT_FILE'], ...usual]);
  // Node's variable adds to what is trusted; it does not replace it.
  const extra = await firstReadable([environment['NODE_EXTRA_CA_CERTS']]);
  const parts = [bundle, extra].filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  const different = bundle !== undefined && extra !== undefined && bundle.equals(extra) ? [bundle] : parts;
  const content = Buffer.concat(different.flatMap((part) => [part, Buffer.from('\n')]));
  return {
    file: { path: CA_FILE, kind: 'file', executable: false, content },
    variables: { SSL_CERT_FILE: `/${CA_FILE}`, GIT_SSL_CAINFO: `/${CA_FILE}` },
  };
}

async function firstReadable(paths: readonly (string | undefined)[]): Promise<Buffer | undefined> {
  for (const path of paths) {
    if (path === undefined || path === '') continue;
    try {
      const content = await readFile(path);
      if (content.length > 0) return content;
    } catch {
      // The next one may be there; a container without any still has its own.
    }
  }
  return undefined;
}
