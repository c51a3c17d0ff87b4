import { KindboxError } from '../../../errors/index.js';
import type { SourceEntry } from '../source-tree.js';

/** Where release binaries come from; a mirror has the same paths below its own address. */
const BASES = { kubernetes: 'https://dl.k8s.io', github: 'https://github.com' } as const;
export const MIRROR_NAMES = Object.keys(BASES) as BaseName[];
/** The registries that pod images of a node are named after. */
export const MIRRORED_REGISTRIES: readonly string[] = ['registry.k8s.io', 'ghcr.io', 'docker.io'];
export const MIRROR_VARIABLES = { bases: 'KINDBOX_MIRROR', registries: 'KINDBOX_REGISTRY_MIRROR' } as const;

export type BaseName = keyof typeof BASES;

export interface Mirrors {
  /** Addresses without a slash at the end. */
  readonly bases: Readonly<Record<BaseName, string>>;
  /** By the name of the registry that each stands for. */
  readonly registries: Readonly<Record<string, URL>>;
}

export interface MirrorOptions {
  /** `kubernetes=URL` or `github=URL`. */
  readonly mirrors?: readonly string[] | undefined;
  /** `registry.k8s.io=URL`, `ghcr.io=URL` or `docker.io=URL`. */
  readonly registryMirrors?: readonly string[] | undefined;
}

/** What was asked for comes before what the environment says. @throws KindboxError usage. */
export function mirrorsOf(options: MirrorOptions, environment: Readonly<Record<string, string | undefined>>): Mirrors {
  const bases = { ...addresses(environment[MIRROR_VARIABLES.bases]?.split(','), MIRROR_NAMES), ...addresses(options.mirrors, MIRROR_NAMES) };
  const registries = {
    ...addresses(environment[MIRROR_VARIABLES.registries]?.split(','), MIRRORED_REGISTRIES),
    ...addresses(options.registryMirrors, MIRRORED_REGISTRIES),
  };
  for (const [name, url] of Object.entries(registries)) {
    if (url.username !== '' || url.password !== '') throw invalid(`The mirror of ${name} cannot be given a password`, 'Pod images are pulled without credentials.');
  }
  return { bases: { ...BASES, ...Object.fromEntries(Object.entries(bases).map(([name, url]) => [name, url.href.replace(/\/+$/, '')])) }, registries };
}

/** Is this address, which may have lost its password in a log, below that of a mirror? */
export function isMirrored(mirrors: Mirrors, url: string): boolean {
  const bare = (address: string): string => address.replace(/^(\w+:\/\/)[^@/]*@/, '$1');
  return MIRROR_NAMES.some((name) => mirrors.bases[name] !== BASES[name] && bare(url).startsWith(bare(mirrors.bases[name])));
}

/** A folder of containerd's `hosts.toml` files: each mirror takes its registry's place, nothing is asked of the registry itself. */
export function hostsFiles({ registries }: Mirrors): SourceEntry[] {
  return Object.entries(registries).map(([name, url]) => ({
    path: `hosts/${name}/hosts.toml`, kind: 'file', executable: false, content: Buffer.from(hostsFile(url)),
  }));
}

/** With a path, as of a project in Harbor, the API is at `/v2/PATH`: there `HOST/PATH` would be the image's name. */
function hostsFile({ origin, pathname }: URL): string {
  const path = pathname.replace(/\/+$/, '');
  const api = path.startsWith('/v2/') || path === '/v2' ? path : `/v2${path}`;
  return [`server = ${JSON.stringify(origin + api)}`, 'capabilities = ["pull", "resolve"]', 'override_path = true', ''].join('\n');
}

function addresses(entries: readonly string[] | undefined, names: readonly string[]): Record<string, URL> {
  return Object.fromEntries((entries ?? []).map((entry) => entry.trim()).filter((entry) => entry !== '').map((entry) => {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, Math.max(equals, 0));
    if (!names.includes(name)) {
      throw invalid('A mirror is not given as NAME=URL', `NAME is one of ${names.join(', ')}.`, [`Write for example ${names[0]}=https://mirror.example`]);
    }
    return [name, httpAddress(name, entry.slice(equals + 1))];
  }));
}

function httpAddress(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw invalid(`The mirror of ${name} has no valid address`, 'It is an URL that begins with http:// or https://, without a query.');
  }
  return url;
}

function invalid(message: string, because: string, next?: readonly string[]): KindboxError {
  return new KindboxError(message, { reason: 'usage', because, next });
}
