export { contextName, kubeconfigPath } from './path.js';
export { mergeCluster, readKubeconfig } from './read.js';
export { unmergeKubeconfig } from './merge.js';
