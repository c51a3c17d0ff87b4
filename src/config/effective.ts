import { CREATE_DEFAULTS } from '../cluster/defaults.js';
import { SERVICE_SUBNET } from '../cluster/validate.js';
import { DEFAULT_KUBERNETES_VERSION } from '../images/references.js';
import { clusterSchema, type ClusterConfig, type ClusterConfigInput } from './schema.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration with everything in it that is decided before Docker is asked. */
export function effective(config: ClusterConfig, environment: Environment): ClusterConfigInput {
  const { KINDBOX_RUNTIME: runtime, KINDBOX_KUBECONFIG: kubeconfig } = environment;
  const { numWorkers, waitAll, podSubnet, cni } = CREATE_DEFAULTS;
  return inOrder({
    runtime: CREATE_DEFAULTS.runtime, podSubnet, serviceSubnet: SERVICE_SUBNET, cni, kubeconfig: CREATE_DEFAULTS.kubeconfig,
    wait: `${CREATE_DEFAULTS.waitMs / 60_000}m`, waitAll, workers: numWorkers,
    ...(config.image === undefined ? { kubernetesVersion: DEFAULT_KUBERNETES_VERSION } : {}),
    ...config,
    // As with the flags of create, a variable wins over the file.
    ...(runtime === undefined || runtime === '' ? {} : { runtime }),
    ...(kubeconfig === 'merge' || kubeconfig === 'separate' || kubeconfig === 'none' ? { kubeconfig } : {}),
  });
}

/** The fields as the schema has them, whatever order they came in. */
export function inOrder(config: ClusterConfigInput): ClusterConfigInput {
  const names = Object.keys(clusterSchema.shape) as (keyof ClusterConfigInput)[];
  return Object.fromEntries(names.filter((name) => config[name] !== undefined).map((name) => [name, config[name]])) as ClusterConfigInput;
}
