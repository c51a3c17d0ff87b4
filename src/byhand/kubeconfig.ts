import { API_SERVER_PORT } from '../cluster/api-server.js';
import { CERTIFIED_NAME } from '../cluster/server-address.js';
import { userName } from '../kubeconfig/path.js';
import { LABELS } from '../nodes/labels.js';
import type { Of, ScriptFacts } from './facts.js';

const ADMIN = 'kubernetes-admin';

/** kubeadm's admin.conf with a user of the cluster's own name, and the address at which this machine reaches the server. */
export function kubeconfigLines({ cluster, mode }: Of<'write-kubeconfig'>, facts: ScriptFacts): string[] {
  const server = serverOf(facts);
  const edits = [
    `-e 's|^- name: ${ADMIN}$|- name: ${userName(cluster)}|'`, `-e 's|^\\( *user:\\) ${ADMIN}$|\\1 ${userName(cluster)}|'`,
    ...(server === undefined ? [] : [`-e "${server.edit}"`]),
  ];
  return [
    `kubeconfig="$HOME/.kube/${cluster}-config"`,
    ...(server === undefined ? [] : [server.lookup]),
    `if [ -e "$kubeconfig" ] && ! grep -qxF -- '- name: ${userName(cluster)}' "$kubeconfig"; then`,
    '  echo "$kubeconfig is of something else, and is left alone" >&2',
    'else',
    '  mkdir -p "$HOME/.kube"',
    '  (',
    '    umask 077',
    `    ${facts.engine.inNode(facts.master, ['cat', '/etc/kubernetes/admin.conf'])} |`,
    `      sed ${edits.join(' ')} >"$kubeconfig"`,
    '  )',
    'fi',
    ...(mode === 'merge' ? [`# To have it in your own kubeconfig: kindbox kubeconfig merge ${cluster}`] : []),
  ];
}

/** How the server is looked up and written, where it is not what admin.conf says (see cluster/server-address.ts). */
function serverOf({ engine, host, master, nodes }: ScriptFacts): { readonly lookup: string; readonly edit: string } | undefined {
  const { ports = [], labels = {} } = nodes.get(master) ?? {};
  if (ports.some(({ nodePort }) => nodePort === API_SERVER_PORT)) {
    return { lookup: `port=$(${engine.publishedPort(master, API_SERVER_PORT)} | head -n 1)`, edit: `s|server: .*|server: https://${host.address}:\${port##*:}|` };
  }
  if (labels[LABELS.lastingAddress] === undefined) return undefined;
  // A newline in what sed writes: a backslash before one.
  const name = `\\\\\n\\1tls-server-name: ${CERTIFIED_NAME}`;
  return { lookup: `address=$(${engine.address(master)})`, edit: `s|^\\( *\\)server: .*|\\1server: https://$address:${API_SERVER_PORT}${name}|` };
}
