import { isIP } from 'node:net';
import * as z from 'zod';
import {
  MAX_WORKERS, validateClusterName, validateImageReference, validateNetworkName, validatePodSubnet, validateRuntimeName, validateVersionWish,
} from '../cluster/validate.js';
import { validateServiceSubnet } from '../cluster/service-subnet.js';
import { validateApiServerAddress } from '../cluster/api-server.js';
import { parseDuration } from '../cluster/duration.js';
import { validateNodeSettings } from '../cluster/validate-settings.js';
import { clusterRules, containerdPatch, engineRule, featureGates, kubeadmPatchFor, labels, memoryBytes, runtimeConfig } from './rules.js';

export const API_VERSION = 'kindbox.dev/v1alpha1';
export const KIND = 'Cluster';

const text = (): z.ZodString => z.string();
const port = (least: number): z.ZodNumber => z.int().min(least).max(65535);

const taint = z.strictObject({
  key: text(),
  value: text().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

const mount = z.strictObject({
  hostPath: text().min(1).describe("Path on the host of the Docker daemon; relative to the configuration's folder"),
  nodePath: text().regex(/^\/./, 'it is an absolute path').describe('Absolute path in the node'),
  readOnly: z.boolean().optional(),
  propagation: z.enum(['private', 'rslave', 'rshared']).optional(),
});

const publishedPort = z.strictObject({
  nodePort: port(1).describe('Port of the node, such as a NodePort'),
  hostPort: port(0).default(0).describe('Port of the host; 0 lets Docker choose'),
  hostAddress: text().refine((address) => isIP(address) !== 0, 'it is not an IP address').optional().describe('Address of the host to listen on; all of them when left out'),
  protocol: z.enum(['tcp', 'udp', 'sctp']).default('tcp'),
});

/** @param role whose configuration patches are for. */
const nodeFields = (role: 'control-plane' | 'worker') => ({
  image: text().check(engineRule(validateImageReference)).optional().describe("Node image; the cluster's when left out"),
  labels: labels.optional().describe('Labels of the Node object'),
  taints: z.array(taint).optional(),
  cpus: z.number().min(0.1).optional().describe('Processors; fractions are allowed'),
  memory: z.union([text(), z.int()]).check(engineRule((amount) => { validateNodeSettings({ memoryBytes: memoryBytes(amount) }); })).optional().describe('Such as 2g or 512Mi; a number counts bytes'),
  mounts: z.array(mount).optional(),
  ports: z.array(publishedPort).optional(),
  kubeadmConfigPatches: z.array(kubeadmPatchFor(role)).optional()
    .describe(role === 'worker' ? 'Merge patches of the JoinConfiguration of this node, after those of the cluster' : "Merge patches of kubeadm's configuration of this node, after those of the cluster"),
});

const worker = z.strictObject(nodeFields('worker'));
const workerGroup = z.strictObject({
  count: z.int().min(0).max(MAX_WORKERS).default(1).describe('How many workers are like this'),
  ...nodeFields('worker'),
});

/** A configuration of ours, as it is written. JSON Schema is made of it: see json-schema.ts. */
export const clusterSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  name: text().check(engineRule(validateClusterName)).optional().describe('Name of the cluster; the command line may say another one'),
  runtime: text().check(engineRule(validateRuntimeName)).optional().describe('Docker runtime of the nodes'),
  image: text().check(engineRule(validateImageReference)).optional().describe('Image of all nodes'),
  kubernetesVersion: text().check(engineRule(validateVersionWish)).optional().describe('Such as v1.36.3, or v1.36 for the newest of these that there is'),
  network: text().check(engineRule(validateNetworkName)).optional().describe("Existing Docker network; the cluster's own when left out"),
  subnet: text().optional().describe("Addresses of the cluster's own network (CIDR)"),
  podSubnet: text().check(engineRule((cidr) => validatePodSubnet(cidr, ''))).optional().describe('Addresses of pods (CIDR)'),
  serviceSubnet: text().check(engineRule(validateServiceSubnet)).optional().describe('Addresses of Services (CIDR)'),
  ipFamily: z.enum(['ipv4', 'dual']).optional().describe('Families of the addresses; dual on a network that has IPv6 when left out, else ipv4'),
  kubeProxyMode: z.enum(['iptables', 'nftables']).optional().describe('How kube-proxy makes Services reachable'),
  ephemeral: z.boolean().optional().describe('Faster, for clusters that nobody will miss: etcd without fsync, one CoreDNS'),
  cni: text().min(1).optional().describe("flannel, calico, weave, none, or a manifest's path, relative to the configuration's folder"),
  apiServerPort: port(0).optional().describe('Port of the host at which the API server is published; 0 lets Docker choose'),
  apiServerAddress: text().check(engineRule(validateApiServerAddress)).optional()
    .describe('Name or address by which others reach the published API server; the loopback address when left out'),
  kubeconfig: z.enum(['separate', 'merge', 'none']).optional().describe("A file of its own, into the user's kubeconfig, or none"),
  wait: text().check(engineRule(parseDuration)).optional().describe('Longest time for each wait, such as 90s or 5m'),
  waitAll: z.boolean().optional().describe('Return only when all nodes are Ready'),
  controlPlane: z.strictObject(nodeFields('control-plane')).optional(),
  workerDefaults: worker.optional().describe('Of every worker, those that a later resize adds included'),
  workers: z.union([z.int().min(0).max(MAX_WORKERS), z.array(workerGroup)]).optional().describe('How many, or what each is like, over the defaults'),
  featureGates: featureGates.optional().describe('Of all components of Kubernetes'),
  runtimeConfig: runtimeConfig.optional().describe('APIs that the API server turns on or off'),
  kubeadmConfigPatches: z.array(kubeadmPatchFor('cluster')).optional().describe("Merge patches (RFC 7386) of kubeadm's configuration, in YAML"),
  containerdConfigPatches: z.array(containerdPatch).optional().describe("Patches of containerd's configuration, in TOML"),
}).check(clusterRules);

/** As it is written. */
export type ClusterConfigInput = z.input<typeof clusterSchema>;
/** With the defaults of lists' items; those of the cluster are the engine's. */
export type ClusterConfig = z.output<typeof clusterSchema>;
export type WorkerGroup = z.output<typeof workerGroup>;
export type NodeConfig = z.output<typeof worker>;
