import type { EngineContext } from '../engine.js';
import { contextName } from '../kubeconfig/path.js';
import { networkName, nodeName } from '../nodes/names.js';
import { proxyForNodes } from './proxy.js';
import { SYSBOX_RUNTIME } from '../host/runtime-check.js';
import { planCreate, type CreateFacts } from './create-plan.js';
import { FailedCreate } from './failed-create.js';
import { CreateLock } from './lock/create-lock.js';
import { milestones } from './milestones.js';
import type { ClusterPlan } from './operations.js';
import type { CreateOptions, CreateResult } from './options.js';
import { requireNoFailures } from './failures.js';
import { choicesOf, prepareCreate, type PreparedCreate } from './prepare-create.js';
import { runPlan } from './run-plan.js';
import { clientServer } from './server-address.js';
import { ClusterSession } from './session.js';

/**
 * Makes a cluster. What it made is removed again if it fails or is cancelled, except when only workers or the
 * kubeconfig failed: then the cluster stays, and the error says what is missing.
 * @throws KindboxError usage, host, image, conflict, notFound, cluster, timeout, partial; CancelledError.
 */
export async function createCluster(context: EngineContext, options: CreateOptions): Promise<CreateResult> {
  const startedAt = Date.now();
  const prepared = await prepareCreate(context, options);
  const { wish, facts } = prepared;
  const plan = planCreate(wish, facts);
  const lock = await CreateLock.claim(context, wish, facts.run);
  try {
    announce(context, wish, facts);
    return { ...await makeCluster(lock, prepared, plan), durationMs: Date.now() - startedAt };
  } finally {
    await lock.release();
  }
}

async function makeCluster(lock: CreateLock, { wish, customization, host, facts }: PreparedCreate, plan: ClusterPlan): Promise<Omit<CreateResult, 'durationMs'>> {
  const { context } = lock;
  const session = new ClusterSession(context, {
    cluster: wish.name, run: facts.run, host, kubernetesVersion: facts.image.kubernetesVersion,
    master: nodeName(wish.name, 'control-plane', 0), waitMs: wish.waitMs, customization, guard: lock, proxy: proxyForNodes(context, wish, facts),
  });
  const failed = new FailedCreate(lock, wish, session);
  const outcome = await runPlan(context, session, plan, { retain: failed.retain, onRetain: failed.letControllersGo, onFailure: failed.lookBeforeRollback })
    .catch(async (error: unknown) => { throw await failed.explain(error); });
  try {
    requireNoFailures(wish.name, wish.numWorkers, outcome);
  } catch (error) {
    throw await failed.explainPartial(error);
  }

  return {
    ...choicesOf(wish, facts),
    kubeconfig: session.kubeconfig ?? null,
    kubeconfigMode: wish.kubeconfig ?? 'separate',
    context: contextName(wish.name),
    server: clientServer(session).server,
    nodes: session.nodes.map((node) => ({
      name: node.name, id: node.id, role: node.role, address: node.addresses[0]?.ipv4 ?? '', ready: session.ready.has(node.name),
    })),
    milestones: milestones(outcome),
  };
}

function announce(context: EngineContext, options: CreateOptions, facts: CreateFacts): void {
  context.emit({
    type: 'summary', at: Date.now(),
    title: `Creating a K8s cluster with Docker + ${options.runtime === SYSBOX_RUNTIME ? 'Sysbox' : options.runtime} ...`,
    settings: [
      ['Cluster name', options.name],
      ['Worker nodes', String(options.numWorkers)],
      ['Docker network', options.network ?? networkName(options.name)],
      ...(facts.dual === true ? [['IP families', 'IPv4, IPv6'] as const] : []),
      ['Node image', facts.image.reference],
      ['K8s version', facts.image.kubernetesVersion],
      ['Publish apiserver port', options.publish === undefined ? String(facts.mustPublish || options.apiServerAddress !== undefined) : `true (${options.publish})`],
    ],
  });
}
