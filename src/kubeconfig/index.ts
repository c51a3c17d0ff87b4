export { contextName, kubeconfigPath } from './path.js';
export { readKubeconfig } from './read.js';
