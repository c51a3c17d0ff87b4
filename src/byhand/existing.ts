import { CNI_NAMES, OWN_MANIFEST, type CniName } from '../cni/cni.js';
import { planCreate } from '../cluster/create-plan.js';
import { API_SERVER_PORT } from '../cluster/create-plan.js';
import type { ChosenImage } from '../cluster/node-image.js';
import { controlPlaneOf, workersOf, type ObservedCluster } from '../cluster/observe.js';
import type { ClusterOperation, ClusterPlan } from '../cluster/operations.js';
import { workerDefaultsOf } from '../cluster/resize-plan.js';
import { KindboxError } from '../errors/index.js';
import { isCriName } from '../nodes/container-runtime.js';
import { LABELS } from '../nodes/labels.js';
import { nodeName } from '../nodes/names.js';
import type { HostDescription } from '../provider/host-description.js';
import type { ObservedNode } from '../provider/types.js';

/** The plan that would make a cluster as it is now: workers that came later included, those that went left out. */
export function planOfExisting(cluster: ObservedCluster, host: HostDescription, waitMs: number): ClusterPlan {
  const master = controlPlaneOf(cluster);
  if (master === undefined) {
    throw new KindboxError(`The cluster "${cluster.name}" has no control plane`, { reason: 'cluster', next: [`kindbox destroy ${cluster.name}`] });
  }
  const workers = workersOf(cluster);
  const count = Math.max(0, ...workers.map(({ index }) => index + 1));
  const present = new Set(cluster.nodes.map(({ name }) => name));
  const absent = Array.from({ length: count }, (_, index) => nodeName(cluster.name, 'worker', index)).filter((name) => !present.has(name));
  const published = master.ports.find(({ nodePort }) => nodePort === API_SERVER_PORT);
  const images = Object.fromEntries(cluster.nodes.map((node) => [node.image, imageOf(node)]));
  const cni = cniOf(master);
  const plan = planCreate({
    name: cluster.name, numWorkers: count, runtime: master.labels[LABELS.runtime] ?? '', podSubnet: master.labels[LABELS.podSubnet] ?? '', cni,
    workerDefaults: workerDefaultsOf(master),
    workers: Array.from({ length: count }, (_, index) => ({ image: workers.find((worker) => worker.index === index)?.image ?? master.image })),
    waitAll: true, waitMs, retain: false, ...(published === undefined ? {} : { publish: published.hostPort }),
  }, {
    run: master.run, image: imageOf(master), otherImages: images,
    cni: { name: cni, networked: cni !== 'none', preloaded: cni === 'flannel' || cni === 'none' },
    existingNetworkId: cluster.networks.length > 0 ? undefined : master.addresses[0]?.networkName ?? '',
    hostAddress: host.address, mustPublish: false, remote: host.remote,
  });
  return without(plan, new Set(absent));
}

/** Anybody may have written the label; a path is never taken from there. */
export function cniOf(master: ObservedNode): CniName | typeof OWN_MANIFEST {
  return CNI_NAMES.find((name) => name === master.labels[LABELS.cni]) ?? OWN_MANIFEST;
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
