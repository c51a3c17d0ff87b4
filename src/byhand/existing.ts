import { knownCni } from '../cni/cni.js';
import { OWN_MANIFEST, type CniName } from '../cni/names.js';
import { API_SERVER_PORT } from '../cluster/api-server.js';
import { planCreate } from '../cluster/create-plan.js';
import type { ChosenImage } from '../cluster/node-image.js';
import { controlPlaneOf, isNetworked, workersOf, type ObservedCluster } from '../cluster/observe.js';
import type { ClusterOperation, ClusterPlan } from '../cluster/operations.js';
import { workerDefaultsOf } from '../cluster/resize-plan.js';
import { KindboxError } from '../errors/index.js';
import { isCriName } from '../nodes/container-runtime.js';
import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { NodeSettings } from '../nodes/settings.js';
import type { RecalledCommands } from '../provider/engine-commands.js';
import type { HostDescription } from '../provider/host-description.js';
import type { ObservedNode } from '../provider/types.js';

/** The plan that would make a cluster as it is now: workers that came later included, those that went left out. */
export function planOfExisting(cluster: ObservedCluster, engine: RecalledCommands, host: HostDescription, waitMs: number): ClusterPlan {
  const master = requireControlPlane(cluster);
  const workers = new Map(workersOf(cluster).map((worker) => [worker.index, worker]));
  const count = Math.max(-1, ...workers.keys()) + 1;
  const absent = indices(count).filter((index) => !workers.has(index)).map((index) => nodeName(cluster.name, 'worker', index));
  const ofMaster = engine.settings(master.name);
  const publish = ofMaster.ports?.find(({ nodePort }) => nodePort === API_SERVER_PORT)?.hostPort;
  const apiServerAddress = master.labels[LABELS.apiServerAddress];
  const cni = cniOf(master);
  // Docker knows the limits of each worker.
  const { cpus: _cpus, memoryBytes: _memoryBytes, ...workerDefaults } = workerDefaultsOf(master);
  const plan = planCreate({
    name: cluster.name, numWorkers: count, runtime: master.labels[LABELS.runtime] ?? '', podSubnet: master.labels[LABELS.podSubnet] ?? '', cni,
    controlPlane: ofMaster, workerDefaults,
    workers: indices(count).map((index) => settingsOf(workers.get(index), engine)),
    waitAll: true, waitMs, retain: false, ...(publish === undefined ? {} : { publish }), ...(apiServerAddress === undefined ? {} : { apiServerAddress }),
  }, {
    run: master.run, image: imageOf(master), otherImages: Object.fromEntries(cluster.nodes.map((node) => [node.image, imageOf(node)])),
    cni: { name: cni, networked: isNetworked(cluster), preloaded: knownCni(cni)?.preloaded === true },
    // The commands name it; the plan need not.
    existingNetworkId: cluster.networks.length > 0 ? undefined : '',
    hostAddress: host.address, mustPublish: false, lastingAddress: master.labels[LABELS.lastingAddress],
  });
  return without(plan, new Set(absent));
}

/** @throws KindboxError cluster. */
export function requireControlPlane(cluster: ObservedCluster): ObservedNode {
  const master = controlPlaneOf(cluster);
  if (master !== undefined) return master;
  throw new KindboxError(`The cluster "${cluster.name}" has no control plane`, { reason: 'cluster', next: [`kindbox destroy ${cluster.name}`] });
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function settingsOf(worker: ObservedNode | undefined, engine: RecalledCommands): NodeSettings {
  return worker === undefined ? {} : { image: worker.image, ...engine.settings(worker.name) };
}

/** Anybody may have written the label; a path is never taken from there. */
export function cniOf(master: ObservedNode): CniName | typeof OWN_MANIFEST {
  return knownCni(master.labels[LABELS.cni])?.name ?? OWN_MANIFEST;
}

function imageOf({ image, labels }: ObservedNode): ChosenImage {
  const cri = labels[LABELS.cri];
  return { reference: image, kubernetesVersion: labels[LABELS.kubernetesVersion] ?? '', cri: isCriName(cri) ? cri : 'containerd' };
}

/** Nodes that do not exist, and all that would happen to them, are taken out. */
function without({ groups, operations }: ClusterPlan, absent: ReadonlySet<string>): ClusterPlan {
  const isAbout = (operation: ClusterOperation): boolean =>
    (operation.kind === 'create-node' && absent.has(operation.spec.name)) || ('node' in operation && absent.has(operation.node));
  const kept = operations.filter((operation) => !isAbout(operation));
  const ids = new Set(kept.map(({ id }) => id));
  return {
    groups,
    operations: kept.map((operation) => ({
      ...operation,
      needs: operation.needs.filter((id) => ids.has(id)),
      ...(operation.after === undefined ? {} : { after: operation.after.filter((id) => ids.has(id)) }),
      ...('nodes' in operation ? { nodes: operation.nodes.filter((name) => !absent.has(name)) } : {}),
    })),
  };
}
