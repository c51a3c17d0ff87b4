import { CancelledError } from '../errors/index.js';
import { MERGE_PATCH, type ApiClient } from './api-client.js';
import { orAbsent } from './api-error.js';
import { FLOW_CONTROL, makeObjects, type FirstObject, type MakingOptions } from './first-objects.js';
import { awaitApiReady } from './readiness.js';

/** From here on a priority level may let nobody pass (feature gate ZeroLimitedNominalConcurrencyShares). */
export const HOLDS_CONTROLLERS = 'v1.30.0';

const NAME = 'kindbox-controllers';
const CONTROLLER_MANAGER = 'system:kube-controller-manager';
const PRIORITY_LEVEL = `/apis/${FLOW_CONTROL}/prioritylevelconfigurations/${NAME}`;
const FLOW_SCHEMA = `/apis/${FLOW_CONTROL}/flowschemas/${NAME}`;
/** Milliseconds, after which nobody waits for controllers: whatever keeps them, it is not the hold. */
const LONGEST_START_MS = 20_000;

/** There when the controller manager's controllers work: one of them makes it. */
const MADE_BY_CONTROLLERS = '/api/v1/namespaces/default/serviceaccounts/default';

/** What the controller manager asks for before it starts its controllers: whether all start-up hooks of the API server have run. */
const HEALTHZ = '/healthz';

/**
 * Has the API server keep that question in a queue, for 15 s at most. Otherwise it is asked again a second later (WaitForAPIServer in
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

/**
 * Has the controller manager start its controllers when the API server's start-up hooks have run, neither earlier nor later.
 * Where it rejects, the controllers may still be held: see letControllersGo. @throws KindboxError timeout, ApiError, CancelledError.
 */
export async function startControllersInTime(api: Pick<ApiClient, 'request'>, { waitMs, signal }: MakingOptions): Promise<void> {
  await makeObjects(api, HOLD, { waitMs, signal });
  await awaitApiReady(api, waitMs, signal, HEALTHZ);
  await letPass(api, signal);
  // The API server learns of the change a little later; what waits in a level that is gone by then waits on.
  await awaitApiReady(api, LONGEST_START_MS, signal, MADE_BY_CONTROLLERS).catch(unlessCancelled);
  await forget(api, signal).catch(unlessCancelled);
}

/** For controllers of a cluster that is kept though its run has failed. @throws KindboxError timeout, ApiError. */
export async function letControllersGo(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<void> {
  await letPass(api, signal);
  await forget(api, signal);
}

async function letPass(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<void> {
  const body = { spec: { limited: { nominalConcurrencyShares: 30 } } };
  await orAbsent(api.request('PATCH', PRIORITY_LEVEL, { contentType: MERGE_PATCH, body, idempotent: true, signal }));
}

async function forget(api: Pick<ApiClient, 'request'>, signal: AbortSignal): Promise<void> {
  await orAbsent(api.request('DELETE', FLOW_SCHEMA, { idempotent: true, signal }));
  await orAbsent(api.request('DELETE', PRIORITY_LEVEL, { idempotent: true, signal }));
}

/** Nobody is held any more: what is left of it does no harm. */
function unlessCancelled(error: unknown): void {
  if (error instanceof CancelledError) throw error;
}
