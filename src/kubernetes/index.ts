export { openApi, REQUEST_TIMEOUT_MS, type ApiClient, type RequestOptions, type WatchOptions } from './api-client.js';
export { ApiError, ApiUnreachable } from './api-error.js';
export {
  mintBootstrapToken, newBootstrapToken, revokeBootstrapToken, type BootstrapToken, type MintOptions,
} from './bootstrap-token.js';
export { TUNNEL_ARGV } from './connection.js';
export { parseAdminConfig, type ClientCredentials } from './credentials.js';
export { describeNode, describePod } from './describe.js';
export { explainNotReady } from './diagnose.js';
export { drainNode, type DrainOptions } from './drain.js';
export {
  awaitNodeRegistered, awaitNodesReady, changeTaints, cordon, deleteNode, getNode, isNodeReady, labelNode, listNodes, uncordon,
} from './nodes.js';
export { awaitApiReady, READYZ, SYSTEM_NAMESPACE } from './readiness.js';
export type { KubernetesList, KubernetesObject, NodeObject, Pod, Taint, WatchEvent } from './types.js';
export { awaitDeploymentAvailable } from './workloads.js';
