import * as z from 'zod';

export const KIND_API_VERSION = 'kind.x-k8s.io/v1alpha4';

const patchJson6902 = z.strictObject({ group: z.string().optional(), version: z.string().optional(), kind: z.string().optional(), name: z.string().optional(), namespace: z.string().optional(), patch: z.string() });

const mount = z.strictObject({
  containerPath: z.string().min(1),
  hostPath: z.string().min(1),
  readOnly: z.boolean().optional(),
  selinuxRelabel: z.boolean().optional(),
  propagation: z.enum(['None', 'HostToContainer', 'Bidirectional']).optional(),
});

const portMapping = z.strictObject({
  containerPort: z.int().min(1).max(65535),
  hostPort: z.int().min(-1).max(65535).optional(),
  listenAddress: z.string().optional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP', 'tcp', 'udp', 'sctp']).optional(),
});

const node = z.strictObject({
  role: z.enum(['control-plane', 'worker']).optional(),
  image: z.string().optional(),
  labels: z.record(z.string(), z.string()).nullish(),
  extraMounts: z.array(mount).nullish(),
  extraPortMappings: z.array(portMapping).nullish(),
  gpus: z.string().optional(),
  kubeadmConfigPatches: z.array(z.string()).nullish(),
  kubeadmConfigPatchesJSON6902: z.array(patchJson6902).nullish(),
});

/** The fields of kind's `v1alpha4`, as its types.go has them. */
export const kindSchema = z.strictObject({
  apiVersion: z.literal(KIND_API_VERSION),
  kind: z.literal('Cluster'),
  name: z.string().optional(),
  nodes: z.array(node).nullish(),
  networking: z.strictObject({
    ipFamily: z.enum(['ipv4', 'ipv6', 'dual']).optional(),
    apiServerPort: z.int().min(-1).max(65535).optional(),
    apiServerAddress: z.string().optional(),
    podSubnet: z.string().optional(),
    serviceSubnet: z.string().optional(),
    disableDefaultCNI: z.boolean().optional(),
    kubeProxyMode: z.enum(['iptables', 'nftables', 'ipvs', 'none']).optional(),
    dnsSearch: z.array(z.string()).nullish(),
  }).nullish(),
  featureGates: z.record(z.string(), z.boolean()).nullish(),
  runtimeConfig: z.record(z.string(), z.string()).nullish(),
  kubeadmConfigPatches: z.array(z.string()).nullish(),
  kubeadmConfigPatchesJSON6902: z.array(patchJson6902).nullish(),
  containerdConfigPatches: z.array(z.string()).nullish(),
  containerdConfigPatchesJSON6902: z.array(z.string()).nullish(),
});

export type KindConfig = z.output<typeof kindSchema>;
export type KindNode = z.output<typeof node>;
