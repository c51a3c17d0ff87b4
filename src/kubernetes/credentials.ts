import { parse } from 'yaml';
import { isTooDeep } from '../config/yaml-limits.js';
import { KindboxError } from '../errors/index.js';

/** Characters; one with the largest RSA keys has 20 000. */
const LONGEST = 1_000_000;

/** What proves us to the API server and it to us; PEM. */
export interface ClientCredentials {
  /** `https://demo-master:6443`. */
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the credentials of the current context of a kubeconfig that carries them inside, as kubeadm's admin.conf does. */
export function parseAdminConfig(yaml: string): ClientCredentials {
  const config = fields(parseSecretYaml(yaml));
  const context = fields(named(config, 'contexts', config['current-context'])['context']);
  const cluster = fields(named(config, 'clusters', context['cluster'])['cluster']);
  const user = fields(named(config, 'users', context['user'])['user']);
  const server = cluster['server'];
  if (typeof server !== 'string' || server === '') throw unusable('its cluster names no server');
  return {
    server,
    ca: pem(cluster, 'certificate-authority-data'),
    cert: pem(user, 'client-certificate-data'),
    key: pem(user, 'client-key-data'),
  };
}

function parseSecretYaml(yaml: string): unknown {
  try {
    // A node wrote it: neither its length nor its depth are to be believed.
    if (yaml.length > LONGEST || isTooDeep(yaml)) throw new RangeError('no kubeconfig of kubeadm is like that');
    return parse(yaml, { logLevel: 'error', maxAliasCount: 0 }) as unknown;
  } catch {
    // The parser's message quotes the lines around the fault, which may be a key: it must not become a `cause`.
    throw unusable('it is not YAML, or not what kubeadm writes');
  }
}

function named(config: Fields, list: string, name: unknown): Fields {
  const entries = config[list];
  const found = Array.isArray(entries) ? entries.map(fields).find((entry) => entry['name'] === name) : undefined;
  if (typeof name !== 'string' || !found) throw unusable(`the current context leads to no entry of its "${list}"`);
  return found;
}

function pem(entry: Fields, field: string): string {
  const value = entry[field];
  const text = typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  if (!text.includes('-----BEGIN ')) throw unusable(`${field} is missing or holds no PEM`);
  return text;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function unusable(because: string): KindboxError {
  return new KindboxError("The control plane's admin kubeconfig cannot be used", {
    reason: 'cluster',
    because,
    next: ['Destroy the cluster and create it again'],
  });
}
