import { JOIN_ARGV } from '../cluster/handlers/kubeadm.js';
import { DISCOVERY_FILE, joinConfig } from '../kubeadm/join-config.js';
import { containerRuntime } from '../nodes/container-runtime.js';
import { LABELS } from '../nodes/labels.js';
import { withInput } from '../shell/here-document.js';
import { kubectl, type Renderers } from './facts.js';
import { registrationOf, TOKEN } from './registration.js';

const IMAGES_OF_DAEMON_SETS = 'jsonpath={.items[*].spec.template.spec.initContainers[*].image} {.items[*].spec.template.spec.containers[*].image}';

export const workerCommands: Renderers<'issue-credentials' | 'prepare-join' | 'share-images' | 'join-worker' | 'label-node' | 'revoke-token'> = {
  // Here each kubelet asks for its own.
  'issue-credentials': () => [],

  // kubeadm publishes the cluster's address and CA as a kubeconfig without a user.
  'prepare-join': ({ node }, facts) => [
    `${kubectl(facts, ['--namespace=kube-public', 'get', 'configmap', 'cluster-info', '--output=jsonpath={.data.kubeconfig}'])} |`,
    `  ${facts.engine.inNode(node, ['tee', DISCOVERY_FILE], 'stdin')} >/dev/null`,
  ],

  'share-images': ({ node }, facts) => {
    const { engine, master, nodes } = facts;
    const runtimeOf = (name: string) => containerRuntime(nodes.get(name)?.labels[LABELS.cri]);
    const has = (name: string): string => `${engine.inNode(name, runtimeOf(name).listImages)} | grep -qxF "$image"`;
    return [
      `for image in $(${kubectl(facts, ['get', 'daemonsets', '--all-namespaces', `--output=${IMAGES_OF_DAEMON_SETS}`])}); do`,
      `  if ${has(master)} && ! ${has(node)}; then`,
      `    ${engine.inNode(master, runtimeOf(master).exportImages)} "$image" |`,
      `      ${engine.inNode(node, runtimeOf(node).importImages, 'stdin')}`,
      '  fi',
      'done',
    ];
  },

  'join-worker': ({ node, registration }, facts) => {
    const { engine, nodes, customization: { join, joinByIndex } } = facts;
    const patches = [...join, ...(joinByIndex[Number(nodes.get(node)?.labels[LABELS.index])] ?? [])];
    const config = joinConfig({ ...registrationOf(node, registration, facts), token: TOKEN.standIn, waitMs: facts.waitSeconds * 1000, patches });
    return [
      ...withInput(engine.inNode(node, JOIN_ARGV, 'stdin'), config, TOKEN.expansion),
      // kubeadm is content with the kubelet's certificate: the kubelet registers its node about a second later.
      `retry ${kubectl(facts, ['get', 'node', node])} >/dev/null`,
    ];
  },

  'label-node': ({ node, labels }, facts) => [
    kubectl(facts, ['label', '--overwrite', 'node', node, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)]),
  ],

  // The first half of a token is its public name.
  'revoke-token': (_operation, { engine, master }) => [`${engine.inNode(master, ['kubeadm', 'token', 'delete'])} "\${token%%.*}"`],
};
