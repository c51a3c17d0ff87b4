import type { ApiClient } from './api-client.js';
import { orAbsent } from './api-error.js';
import { makeObjects, type FirstObject } from './first-objects.js';
import { awaitApiReady } from './readiness.js';

/** The first version that has this API, and allows a priority level that lets nobody pass. */
export const HOLDS_CONTROLLERS = 'v1.29.0';

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';
const NAME = 'kindbox-controllers';
const CONTROLLER_MANAGER = 'system:kube-controller-manager';
const PRIORITY_LEVEL = `/apis/${FLOW_CONTROL}/prioritylevelconfigurations/${NAME}`;
const FLOW_SCHEMA = `/apis/${FLOW_CONTROL}/flowschemas/${NAME}`;
const MERGE_PATCH = 'application/merge-patch+json';
/** Milliseconds, also where the run ends before: a controller manager that is kept (--retain) is not to wait for ever. */
const LETTING_GO_MS = 2000;

/** What the controller manager asks for before it starts its controllers: whether all start-up hooks of the API server have run. */
const HEALTHZ = '/healthz';

/**
 * Has the API server keep that question in a queue that nothing leaves. Otherwise it is asked again a second later (WaitForAPIServer in
 * Kubernetes' cmd/kube-controller-manager), and the hooks take a second and a bit. A lease in its way has it elected up to 0.7 s late.
 */
const HOLD: readonly FirstObject[] = [
  {
    apiVersion: FLOW_CONTROL, kind: 'PriorityLevelConfiguration', metadata: { name: NAME },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: 10 } },
      },
    },
  },
  {
    apiVersion: FLOW_CONTROL, kind: 'FlowSchema', metadata: { name: NAME },
    spec: {
      // Before Kubernetes' own of these paths, "probes", which has the same precedence and a later name.
      priorityLevelConfiguration: { name: NAME }, matchingPrecedence: 2,
      rules: [{ subjects: [{ kind: 'User', user: { name: CONTROLLER_MANAGER } }], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [HEALTHZ] }] }],
    },
  },
];

export interface StartOptions {
  /** Milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** A client that works when `signal` is aborted. */
  readonly openCleanUpApi: (signal: AbortSignal) => Pick<ApiClient, 'request' | 'close'>;
}

/**
 * Has the controller manager start its controllers when the API server's start-up hooks have run, neither earlier nor later.
 * Nothing of it is left, however it ends. @throws KindboxError timeout, ApiError, CancelledError.
 */
export async function startControllersInTime(api: Pick<ApiClient, 'request'>, { waitMs, signal, openCleanUpApi }: StartOptions): Promise<void> {
  try {
    await makeObjects(api, HOLD, { waitMs, signal });
    await awaitApiReady(api, waitMs, signal, HEALTHZ);
    await letGo(api, signal);
  } catch (error) {
    const limited = AbortSignal.timeout(LETTING_GO_MS);
    const cleaning = openCleanUpApi(limited);
    await letGo(cleaning, limited).catch(() => undefined);
    await cleaning.close();
    throw error;
  }
}

/** What waits in a queue stays there when it is removed, so that it is let out before. */
async function letGo(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<void> {
  await orAbsent(api.request('PATCH', PRIORITY_LEVEL, { contentType: MERGE_PATCH, body: { spec: { limited: { nominalConcurrencyShares: 30 } } }, idempotent: true, signal }));
  await orAbsent(api.request('DELETE', FLOW_SCHEMA, { idempotent: true, signal }));
  await orAbsent(api.request('DELETE', PRIORITY_LEVEL, { idempotent: true, signal }));
}
