import { eventually } from '../../support/eventually.js';
import type { Contestant } from '../contestant.js';
import type { Engine } from '../engine.js';

const masterOf = (cluster: string): string => `${cluster}-hand-master`;

const POD_SUBNET = '10.244.0.0/16';

/** What kubeadm must be told on these hosts, and would not be by someone who follows the document on a laptop. */
const KUBEADM_CONFIG = (version: string): string => `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: ${version}
networking: { podSubnet: ${POD_SUBNET} }
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
failSwapOn: false
failCgroupV1: false
imageGCHighThresholdPercent: 100
evictionHard: { nodefs.available: "0%", nodefs.inodesFree: "0%", imagefs.available: "0%" }
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
conntrack: { maxPerCore: 0, min: 0 }
`;

export interface ByHand {
  readonly engine: Engine;
  readonly runtime: string;
  /** With the images of `flannel`. */
  readonly image: string;
  readonly kubernetesVersion: string;
  /** Manifest of the network of pods. */
  readonly flannel: string;
  /** Leaves out the wait that the document asks for before the first worker. */
  readonly hasty?: boolean;
}

/**
 * The commands of document 003, one after the other: docker run, kubeadm init, kubectl apply, "Wait for the `pod/coredns-*` pods to enter
 * the "Running" state before proceeding"; then docker run and kubeadm join for each worker.
 */
export function byHandContestant({ engine, runtime, image, kubernetesVersion, flannel, hasty = false }: ByHand): Contestant {
  const made = new Map<string, string[]>();
  const exec = (node: string, argv: readonly string[], input?: string): Promise<string> => engine.docker(['exec', ...(input === undefined ? [] : ['--interactive']), node, ...argv], input);
  const startNode = async (cluster: string, node: string): Promise<void> => {
    made.set(cluster, [...made.get(cluster) ?? [], node]);
    await engine.docker(['run', '--detach', `--runtime=${runtime}`, '--name', node, '--hostname', node, '--net', `${cluster}-hand`, image]);
    await eventually(() => exec(node, ['systemctl', 'is-active', 'containerd.service']), 60_000);
  };
  const destroy = async (cluster: string): Promise<void> => {
    for (const node of made.get(cluster) ?? []) await engine.docker(['rm', '--force', '--volumes', node]);
    await engine.docker(['network', 'rm', `${cluster}-hand`]);
    made.delete(cluster);
  };
  const kubectl = (master: string, argv: readonly string[], input?: string): Promise<string> => exec(master, ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...argv], input);
  const awaitDnsPods = (master: string): Promise<string> =>
    eventually(() => kubectl(master, ['--namespace=kube-system', 'wait', '--for=jsonpath={.status.phase}=Running', '--timeout=120s', 'pods', '--selector=k8s-app=kube-dns']));
  const create = async (cluster: string, workers: number): Promise<void> => {
    await engine.docker(['network', 'create', `${cluster}-hand`]);
    const master = masterOf(cluster);
    await startNode(cluster, master);
    await exec(master, ['kubeadm', 'init', '--config=/dev/stdin', '--ignore-preflight-errors=all'], KUBEADM_CONFIG(kubernetesVersion));
    await kubectl(master, ['apply', '--filename=-'], flannel);
    if (!hasty) await awaitDnsPods(master);
    for (let index = 0; index < workers; index += 1) {
      const worker = `${cluster}-hand-worker-${index}`;
      await startNode(cluster, worker);
      const join = (await exec(master, ['kubeadm', 'token', 'create', '--print-join-command'])).trim().split(/\s+/);
      await exec(worker, [...join, '--ignore-preflight-errors=all']);
    }
  };
  return {
    name: hasty ? 'by hand, hasty' : 'by hand', engine, destroy, close: async () => undefined,
    controlPlane: masterOf,
    nodes: async (cluster) => made.get(cluster) ?? [],
    create: async (cluster, workers) => {
      try {
        await create(cluster, workers);
      } catch (error) {
        await destroy(cluster);
        throw error;
      }
    },
  };
}
