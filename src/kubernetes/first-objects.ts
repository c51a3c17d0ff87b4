import { KindboxError } from '../errors/index.js';
import type { ApiClient } from './api-client.js';
import { ApiError } from './api-error.js';
import { isNamed } from './conform.js';
import { pause, POLL_MS, throwIfAborted } from './wait.js';

/** Where a node image has what the programs of its control plane make by themselves in an empty database: an object a line. */
export const FIRST_OBJECTS_FILE = '/usr/local/share/kindbox/first-objects.jsonl';

/** The role that may do everything, and the group of kubeadm's administrators, which kubeadm binds to it. */
export const CLUSTER_ADMIN = 'cluster-admin';
export const ADMINISTRATORS = 'kubeadm:cluster-admins';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** Version of the API of priority and fairness. */
export const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';
/** HTTP statuses: it is there already, or the server will never take it. */
const NOTHING_TO_WAIT_FOR: ReadonlySet<number> = new Set([400, 409, 422]);
const PATHS: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ClusterRole: () => `${RBAC}/clusterroles`,
  ClusterRoleBinding: () => `${RBAC}/clusterrolebindings`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
};
/** What no image notes, but kindbox makes with the others. */
const OWN_PATHS: typeof PATHS = {
  ConfigMap: (namespace) => `/api/v1/namespaces/${namespace}/configmaps`,
  PriorityLevelConfiguration: () => `/apis/${FLOW_CONTROL}/prioritylevelconfigurations`,
  FlowSchema: () => `/apis/${FLOW_CONTROL}/flowschemas`,
};

/** The fields in which such an object is the same in every cluster. */
export interface FirstObject {
  readonly apiVersion?: string | undefined;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined; readonly labels?: unknown; readonly annotations?: unknown };
  readonly rules?: unknown;
  readonly aggregationRule?: unknown;
  readonly roleRef?: unknown;
  readonly subjects?: unknown;
  readonly data?: unknown;
  readonly spec?: unknown;
}

/** Without what is a cluster's own. A line that is none of these objects is left out: what is missing is made later. */
export function parseFirstObjects(lines: string): FirstObject[] {
  return lines.split('\n').map(parsed).filter(isFirstObject).map(
    ({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, rules, aggregationRule, roleRef, subjects }) =>
      ({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, rules, aggregationRule, roleRef, subjects }));
}

function isFirstObject(value: unknown): value is FirstObject {
  return isNamed(value) && Object.hasOwn(PATHS, (value as FirstObject).kind);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export interface MakingOptions {
  /** Milliseconds until the API server has to answer. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Milliseconds. Whoever makes them otherwise has done so by then. */
const LONGEST_MS = 3000;

/**
 * Makes those that are not there as soon as the API server listens, those without which others get nowhere first.
 * What cannot be made is left: the control plane makes it later. @throws CancelledError.
 */
export async function makeAllObjects(api: Pick<ApiClient, 'request'>, objects: readonly FirstObject[], { waitMs, signal }: MakingOptions): Promise<void> {
  await makeObjects(api, objects.filter(opensDoors), { waitMs, signal });
  await makeObjects(api, objects.filter((object) => !opensDoors(object)), { waitMs: LONGEST_MS, signal });
}

/** All at once; what cannot be made is left. @throws CancelledError. */
export async function makeObjects(api: Pick<ApiClient, 'request'>, objects: readonly FirstObject[], { waitMs, signal }: MakingOptions): Promise<void> {
  const deadline = Date.now() + waitMs;
  await Promise.all(objects.map((object) => make(api, object, deadline, signal)));
}

/** kubeadm's first request is waiting for the API server as well, and comes back after half a second if one of these is missing. */
function opensDoors({ kind, metadata: { name } }: FirstObject): boolean {
  return kind === 'Namespace' || name === CLUSTER_ADMIN || name === ADMINISTRATORS;
}

async function make(api: Pick<ApiClient, 'request'>, object: FirstObject, deadline: number, signal: AbortSignal): Promise<void> {
  const path = (PATHS[object.kind] ?? OWN_PATHS[object.kind])?.(encodeURIComponent(object.metadata.namespace ?? '')) ?? '';
  for (;;) {
    try {
      await api.request('POST', path, { body: object, idempotent: true, rejectBusy: true, signal });
      return;
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof ApiError || error instanceof KindboxError)) throw error;
      if ((error instanceof ApiError && NOTHING_TO_WAIT_FOR.has(error.status)) || Date.now() >= deadline) return;
    }
    // The server does not listen yet, or has not made the namespace.
    await pause(POLL_MS, signal);
  }
}
