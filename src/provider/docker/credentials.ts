import { readDockerConfig, parseObject, type Environment } from './docker-config.js';

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly serveraddress: string;
}

/** Milliseconds. A helper may ask the user to unlock his keychain. */
const HELPER_TIMEOUT = 60_000;

/**
 * Credentials for a registry from the docker CLI's config.json, or undefined to pull anonymously.
 * A helper that fails counts as having none: the registry's own refusal tells more.
 */
export async function findCredentials(registry: string, environment: Environment): Promise<RegistryCredentials | undefined> {
  const config = await readDockerConfig(environment);
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  if (helper) return askHelper(helper, registry, environment);
  const entry = config.auths?.[registry] ?? config.auths?.[`https://${registry}`];
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken, serveraddress: registry };
  return entry?.auth ? decode(entry.auth, registry) : undefined;
}

async function askHelper(helper: string, registry: string, environment: Environment): Promise<RegistryCredentials | undefined> {
  // The name becomes that of a program; a slash would choose one outside PATH.
  if (!/^[\w.-]+$/.test(helper)) return undefined;
  const { execa } = await import('execa');
  const asked = await execa(`docker-credential-${helper}`, ['get'], {
    input: registry, env: { ...environment }, extendEnv: false, reject: false, timeout: HELPER_TIMEOUT,
  });
  const answer = asked.failed ? undefined : parseObject(asked.stdout);
  const { Username: username, Secret: secret } = answer ?? {};
  if (typeof username !== 'string' || typeof secret !== 'string') return undefined;
  // How helpers say that the secret is a token and not a password.
  if (username === '<token>') return { identitytoken: secret, serveraddress: registry };
  return { username, password: secret, serveraddress: registry };
}

function decode(auth: string, registry: string): RegistryCredentials | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, ''), serveraddress: registry };
}
