import { isOnLoopback, proxyVariables } from '../host/proxy.js';
import type { NodeFile } from '../provider/types.js';
import { containerRuntime } from './container-runtime.js';

/** What a container runtime is told. The address of a proxy may hold a password: this is for sessions, never for plans. */
export interface RuntimeProxy {
  /** Without NO_PROXY. */
  readonly variables: Readonly<Record<string, string>>;
  /** Hosts, domains and CIDRs that are asked directly. */
  readonly exempt: readonly string[];
}

/** In the node, for root alone. systemd gives it to the container runtime, which is what pulls images. */
export const PROXY_FILE = '/etc/kindbox/proxy.env';

/** The variables that containerd and Docker know; both cases, as images' own scripts differ. */
const CONCERNED = ['HTTP_PROXY', 'HTTPS_PROXY'];
/** Whatever the cluster is: itself, and the names of Services. */
const ALWAYS_EXEMPT = ['localhost', '127.0.0.0/8', '::1', '.svc', '.svc.cluster.local', '.cluster.local'];

export interface ChosenProxy {
  /** Undefined when there is none that a node can use. */
  readonly proxy: RuntimeProxy | undefined;
  readonly warnings: readonly string[];
}

/** Of the user's variables. @param clusterExempt what the cluster itself is, beside its networks' own ranges. */
export function chooseProxy(environment: Readonly<Record<string, string | undefined>>, clusterExempt: readonly string[] = []): ChosenProxy {
  const found = proxyVariables(environment);
  const named = CONCERNED.filter((name) => found[name] !== undefined);
  const problems = named.flatMap((name) => {
    const problem = unusable(found[name] ?? '');
    return problem === undefined ? [] : [{ name, problem }];
  });
  const usable = named.filter((name) => problems.every((each) => each.name !== name));
  const variables = Object.fromEntries(usable.flatMap((name) => [name, name.toLowerCase()].map((each) => [each, found[name] ?? ''])));
  return {
    proxy: usable.length === 0 ? undefined : { variables, exempt: distinct([...entriesOf(found['NO_PROXY']), ...ALWAYS_EXEMPT, ...clusterExempt]) },
    warnings: problems.map(({ name, problem }) => `${name} ${problem}: nodes are not told of it, and pull images without`),
  };
}

/** The same, and the ranges and names that only came to be known. */
export function exempting({ variables, exempt }: RuntimeProxy, more: readonly string[]): RuntimeProxy {
  return { variables, exempt: distinct([...exempt, ...more]) };
}

/** What a node is given before it starts, so that its container runtime never runs without. */
export function proxyFiles(cri: string | undefined, proxy: RuntimeProxy): NodeFile[] {
  const noProxy = proxy.exempt.join(',');
  const lines = Object.entries({ ...proxy.variables, NO_PROXY: noProxy, no_proxy: noProxy }).map(([name, value]) => `${name}="${value.replace(/[\\"`$]/g, '\\$&')}"\n`);
  return [
    { path: PROXY_FILE, content: lines.join(''), mode: 0o600 },
    { path: `/etc/systemd/system/${containerRuntime(cri).unit}.d/50-kindbox-proxy.conf`, content: `[Service]\nEnvironmentFile=-${PROXY_FILE}\n`, mode: 0o644 },
  ];
}

/** The file of a node, as `proxyFiles` wrote it. Undefined when it is something else. */
export function parseProxyFile(content: string): RuntimeProxy | undefined {
  const entries = [...content.matchAll(/^(\w+)="((?:[^"\\]|\\.)*)"$/gm)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')] as const);
  const { NO_PROXY, no_proxy: _lower, ...variables } = Object.fromEntries(entries);
  return Object.keys(variables).length === 0 ? undefined : { variables, exempt: entriesOf(NO_PROXY) };
}

function unusable(url: string): string | undefined {
  if (isOnLoopback(url)) return 'names a loopback address of this machine, which a node cannot reach';
  // A line of its own would be another variable.
  // eslint-disable-next-line no-control-regex
  return /[\x00-\x1f\x7f]/.test(url) ? 'is no address' : undefined;
}

function entriesOf(noProxy = ''): string[] {
  return noProxy.split(/[\s,]+/).filter((entry) => entry !== '');
}

function distinct(entries: readonly string[]): string[] {
  return [...new Set(entries)];
}
