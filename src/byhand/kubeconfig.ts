import { API_SERVER_PORT } from '../cluster/api-server.js';
import { userName } from '../kubeconfig/path.js';
import type { Of, ScriptFacts } from './facts.js';

const ADMIN = 'kubernetes-admin';

/** kubeadm's admin.conf with a user of the cluster's own name, and the address at which this machine reaches the server. */
export function kubeconfigLines({ cluster, mode }: Of<'write-kubeconfig'>, { engine, host, master, nodes }: ScriptFacts): string[] {
  const published = nodes.get(master)?.ports.some(({ nodePort }) => nodePort === API_SERVER_PORT) === true;
  const edits = [
    `-e 's|^- name: ${ADMIN}$|- name: ${userName(cluster)}|'`, `-e 's|^\\( *user:\\) ${ADMIN}$|\\1 ${userName(cluster)}|'`,
    ...(published ? [`-e "s|server: .*|server: https://${host.address}:\${port##*:}|"`] : []),
  ];
  return [
    `kubeconfig="$HOME/.kube/${cluster}-config"`,
    ...(published ? [`port=$(${engine.publishedPort(master, API_SERVER_PORT)} | head -n 1)`] : []),
    `if [ -e "$kubeconfig" ] && ! grep -qxF -- '- name: ${userName(cluster)}' "$kubeconfig"; then`,
    '  echo "$kubeconfig is of something else, and is left alone" >&2',
    'else',
    '  mkdir -p "$HOME/.kube"',
    '  (',
    '    umask 077',
    `    ${engine.inNode(master, ['cat', '/etc/kubernetes/admin.conf'])} |`,
    `      sed ${edits.join(' ')} >"$kubeconfig"`,
    '  )',
    'fi',
    ...(mode === 'merge' ? [`# To have it in your own kubeconfig: kindbox kubeconfig merge ${cluster}`] : []),
  ];
}
