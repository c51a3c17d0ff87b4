import type { EngineContext } from '../../engine.js';
import { KindboxError, messageOf } from '../../errors/index.js';
import { requireRuntime } from '../../host/runtime-check.js';
import { LABELS } from '../../nodes/labels.js';
import { nodeName } from '../../nodes/names.js';
import type { HostDescription } from '../../provider/host-description.js';
import type { ComingWorkersFacts } from '../coming-workers.js';
import { alone } from '../lock/alone.js';
import { addressesBeside } from '../network-facts.js';
import { proxyOfCluster } from '../proxy.js';
import { chooseImage } from '../node-image.js';
import { controlPlaneOf, noSuchCluster, observeClusters, type ObservedCluster } from '../observe.js';
import type { RepairOptions, RepairResult } from '../options.js';
import { observeCustomization, putRight } from '../resize.js';
import { workerDefaultsOf } from '../resize-plan.js';
import { newRunId } from '../run-id.js';
import { runPlan } from '../run-plan.js';
import { existingSession } from '../session.js';
import { validateClusterName } from '../validate.js';
import { homeNetwork } from './containers.js';
import { diagnose } from './diagnose.js';
import { keyOf, problemsAmong, type Finding } from './findings.js';
import { lookInside, type InsideView } from './inside.js';
import { planRepair, workersToCome } from './plan.js';

/** Milliseconds that a cluster may take to answer before it counts as silent. */
const LOOK_MS = 30_000;

/**
 * Brings back what can be brought back of a cluster, in rounds: what only the API server knows comes to light once that runs
 * again. A cluster that is whole is not touched.
 * @throws KindboxError usage, notFound; cluster when it cannot be repaired; partial when something is left; and as resizeCluster does.
 */
export async function repairCluster(context: EngineContext, options: RepairOptions): Promise<RepairResult> {
  const startedAt = Date.now();
  validateClusterName(options.name);
  const host = await context.provider.describeHost(context.signal);
  const seen = new Map<string, Finding>();
  const attempted = new Set<string>();
  const failures: string[] = [];
  const look = async (inner: EngineContext, cluster: ObservedCluster): Promise<Look> => {
    const inside = await lookInside(inner, host, cluster, LOOK_MS);
    const findings = diagnose(cluster, inside);
    for (const finding of findings) if (!seen.has(keyOf(finding))) seen.set(keyOf(finding), finding);
    return { cluster, inside, problems: problemsAmong(findings) };
  };
  const mendOnce = async (inner: EngineContext, { cluster, inside, problems }: Look): Promise<void> => {
    const mendable = problems.filter((finding) => finding.repair !== null && !attempted.has(keyOf(finding)));
    // What a create has not come to is known once the API server answers, which takes the other things.
    const tried = mendable.filter(({ kind }) => kind !== 'incomplete' || inside.api !== undefined);
    if (tried.length === 0) throw unrepaired(options.name, problems, failures);
    tried.forEach((finding) => attempted.add(keyOf(finding)));
    failures.push(...await mend(inner, host, options, cluster, inside, mendable));
  };
  const result = (problems: readonly Finding[]): RepairResult => ({
    name: options.name, healthy: problems.length === 0, findings: [...seen.values()],
    repaired: [...seen.values()].filter((finding) => attempted.has(keyOf(finding))), durationMs: Date.now() - startedAt,
  });

  for (;;) {
    const cluster = (await observeClusters(context.provider, context.signal, options.name)).get(options.name);
    if (cluster === undefined) throw noSuchCluster(options.name);
    if (options.dryRun) return result((await look(context, cluster)).problems);
    const problems = await alone(context, cluster, { verb: 'repair', participle: 'repaired' }, async (inner, now) => {
      // What another kindbox is just doing looks like damage.
      const looked = await look(inner, now);
      if (looked.problems.length > 0) await mendOnce(inner, looked);
      return looked.problems;
    });
    if (problems.length === 0) return result(problems);
  }
}

interface Look {
  readonly cluster: ObservedCluster;
  readonly inside: InsideView;
  readonly problems: readonly Finding[];
}

/** @returns what went wrong with single nodes. */
async function mend(context: EngineContext, host: HostDescription, options: RepairOptions, cluster: ObservedCluster, inside: InsideView, findings: readonly Finding[]): Promise<string[]> {
  const master = controlPlaneOf(cluster);
  if (master === undefined) throw new TypeError('a cluster without a control plane is beyond repair');
  const run = newRunId();
  const indices = workersToCome(cluster.name, findings);
  const network = homeNetwork(cluster);
  const [customization, proxy] = indices.length === 0 ? [] : await Promise.all([observeCustomization(context, master), proxyOfCluster(context, master)]);
  const session = existingSession(context, cluster, { host, run, waitMs: options.waitMs, customization, proxy });
  cluster.networks.forEach((each) => session.rememberNetwork(each));

  const comingFacts = async (networkId: string): Promise<ComingWorkersFacts> => {
    requireRuntime(host, master.labels[LABELS.runtime] ?? '');
    const [image, addresses] = await Promise.all([
      chooseImage(context, host, { image: workerDefaultsOf(master).image ?? master.image }), addressesBeside(context, cluster, master, indices),
    ]);
    return { run, master, image, networkId, cpus: host.cpus, addresses, customized: customization !== undefined };
  };
  const coming = indices.length === 0 || network === undefined ? undefined : await comingFacts(network);
  const plan = planRepair(findings, { cluster, master, inside, network, coming });
  const added = indices.map((index) => nodeName(cluster.name, 'worker', index));
  const outcome = await runPlan(context, session, plan, { makesNothing: added.length === 0, onFailure: () => putRight(session, [], added).catch(() => undefined) });
  return [...outcome.failures].map(([operation, error]) => `${operation.slice(operation.indexOf('/') + 1)}: ${messageOf(error)}`);
}

function unrepaired(name: string, problems: readonly Finding[], failures: readonly string[]): KindboxError {
  const hopeless = problems.filter(({ repair }) => repair === null);
  const because = `${capital(problems.map(({ found }) => found).join('; '))}.`;
  const isLost = hopeless.some(({ node, kind }) => node === undefined && kind !== 'kubeconfig-foreign');
  const next = [...hopeless.flatMap((finding) => finding.next), ...(isLost ? [] : [`kindbox logs ${name}`, `kindbox repair ${name}`])];
  return new KindboxError(isLost ? `The cluster "${name}" cannot be repaired` : `Not all of the cluster "${name}" could be repaired`, {
    reason: isLost ? 'cluster' : 'partial', because, next: [...new Set(next)], ...(failures.length === 0 ? {} : { logTail: failures.join('\n') }),
  });
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
