import { randomInt } from 'node:crypto';
import type { ApiClient } from './api-client.js';
import { orAbsent } from './api-error.js';
import type { KubernetesList, KubernetesObject } from './types.js';

const SECRETS = '/api/v1/namespaces/kube-system/secrets';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** The group whose members kubeadm lets join as nodes. */
export const JOINERS = 'system:bootstrappers:kubeadm:default-node-token';

const OF_ONE_RUN = 'Made by kindbox for one run; revoked at its end.';
/** Description of the token that kubeadm init makes for us. */
export const CREATE_TOKEN = 'kindbox create';
const OURS: ReadonlySet<string> = new Set([OF_ONE_RUN, CREATE_TOKEN]);

/** With it a machine may join the cluster: a secret until it is revoked. */
export interface BootstrapToken {
  /** The public half; part of the Secret's name. */
  readonly id: string;
  readonly secret: string;
  /** Both, as kubeadm wants them: `<id>.<secret>`. */
  readonly value: string;
}

export interface MintOptions {
  /** Have the cluster-info ConfigMap signed with it too. Only token discovery needs that; file discovery does not. */
  readonly signing?: boolean;
  readonly description?: string;
}

export function newBootstrapToken(): BootstrapToken {
  const id = randomText(6);
  const secret = randomText(16);
  return { id, secret, value: `${id}.${secret}` };
}

/** Makes the API server accept a token for `ttlMs` milliseconds, by its own clock. */
export async function mintBootstrapToken(
  api: Pick<ApiClient, 'request' | 'serverTime'>,
  token: BootstrapToken,
  ttlMs: number,
  signal?: AbortSignal,
  options: MintOptions = {},
): Promise<void> {
  const { signing = false, description = OF_ONE_RUN } = options;
  const expiration = new Date(await api.serverTime(signal) + ttlMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const data = {
    'token-id': token.id,
    'token-secret': token.secret,
    expiration,
    'usage-bootstrap-authentication': 'true',
    ...(signing && { 'usage-bootstrap-signing': 'true' }),
    'auth-extra-groups': JOINERS,
    description,
  };
  // Server-side apply, not POST: it may be sent again when its answer was lost, and still refuses somebody else's object.
  await api.request('PATCH', `${tokenPath(token)}?fieldManager=kindbox`, {
    contentType: 'application/apply-patch+yaml',
    idempotent: true,
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'bootstrap.kubernetes.io/token',
      metadata: { name: `bootstrap-token-${token.id}`, namespace: 'kube-system' },
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    },
    ...(signal && { signal }),
  });
}

/** An absent token is success. */
export async function revokeBootstrapToken(api: Pick<ApiClient, 'request'>, { id }: Pick<BootstrapToken, 'id'>, signal?: AbortSignal): Promise<void> {
  await orAbsent(api.request('DELETE', tokenPath({ id }), { ...(signal && { signal }) }));
}

/** Ids of the tokens that a run of kindbox made and, if none is under way, has left. */
export async function leftTokens(api: Pick<ApiClient, 'request'>, signal?: AbortSignal): Promise<string[]> {
  const path = `${SECRETS}?fieldSelector=type%3Dbootstrap.kubernetes.io%2Ftoken`;
  const { items } = await api.request<KubernetesList<Secret>>('GET', path, { ...(signal && { signal }) });
  const text = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString('utf8');
  return (items ?? []).filter(({ data }) => OURS.has(text(data?.['description']))).map(({ data }) => text(data?.['token-id']));
}

interface Secret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

function tokenPath({ id }: Pick<BootstrapToken, 'id'>): string {
  return `${SECRETS}/bootstrap-token-${id}`;
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
