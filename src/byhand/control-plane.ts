import { cniImages } from '../cni/cni.js';
import { HASTENED_DNS } from '../cluster/handlers/control-plane.js';
import { initArgv } from '../cluster/handlers/kubeadm.js';
import { initSettings } from '../cluster/init-settings.js';
import { initConfig } from '../kubeadm/init-config.js';
import { NODES_BINDING } from '../kubeadm/kube-proxy-access.js';
import { PROTECTED, TRY_OOM_SCORE, UNPROTECTED } from '../kubeadm/oom-score.js';
import { SCHEDULER_FILE, schedulerConfig } from '../kubeadm/scheduler.js';
import { hasteningPatch } from '../kubernetes/workloads.js';
import { withInput } from '../shell/here-document.js';
import { shellComment } from '../shell/words.js';
import { kubectl, type Lines, type Renderers } from './facts.js';
import { registrationOf, TOKEN } from './registration.js';

/** Stands for the control plane's address, which is known when the script runs. */
const SERVER_HOST = 'server-host.invalid';
const API_SERVER = new URL(`https://${SERVER_HOST}:6443`);

/** What the engine needs only because it does several things at a time. */
const NOTHING = (): Lines => [];

/** The script tries what the nodes may have when it runs. */
const OOM_SCORE = { standIn: 'OOM-SCORE-OF-NODES', expansion: { 'OOM-SCORE-OF-NODES': '$oom_score' } } as const;

export const controlPlaneCommands: Renderers<'try-oom-score' | 'init-control-plane' | 'fetch-credentials' | 'await-api' | 'make-first-objects' | 'start-controllers' | 'await-namespaces' | 'look-for-images' | 'apply-cni' | 'await-joinable' | 'hasten-dns'> = {
  'try-oom-score': ({ node }, { engine }) => [
    `oom_score=${PROTECTED}`,
    `echo "$oom_score" | ${engine.inNode(node, TRY_OOM_SCORE, 'stdin')} 2>/dev/null || oom_score=${UNPROTECTED}`,
  ],

  'init-control-plane': (operation, facts) => {
    const { engine, cluster, host, customization } = facts;
    const registration = registrationOf(operation.node, operation.registration, facts);
    const told = initSettings(operation, { cluster, customization, registration, cgroupVersion: host.cgroupVersion, waitMs: facts.waitSeconds * 1000, token: TOKEN.standIn, oomScoreAdj: OOM_SCORE.standIn });
    const schedulerFile = schedulerConfig(told);
    return [
      `token=$(${engine.inNode(operation.node, ['kubeadm', 'token', 'generate'])})`,
      ...(schedulerFile === undefined ? [] : withInput(`${engine.inNode(operation.node, ['tee', SCHEDULER_FILE], 'stdin')} >/dev/null`, schedulerFile)),
      ...withInput(engine.inNode(operation.node, initArgv(registration.kubernetesVersion), 'stdin'), initConfig(told), { ...TOKEN.expansion, ...OOM_SCORE.expansion }),
    ];
  },

  // kubectl on the control plane finds kubeadm's admin.conf by a variable of its container.
  'fetch-credentials': NOTHING,

  'await-api': (_operation, facts) => [`retry ${kubectl(facts, ['get', '--raw=/readyz'])} >/dev/null`],

  // The others the control plane makes by itself, later.
  'make-first-objects': (_operation, facts) => [kubectl(facts, ['--namespace=kube-system', 'create', 'rolebinding', NODES_BINDING, '--role=kube-proxy', '--group=system:nodes'])],
  'start-controllers': NOTHING,

  'await-namespaces': NOTHING,

  'await-joinable': NOTHING,

  'hasten-dns': ({ replicas }, facts) => [kubectl(facts, [
    `--namespace=${HASTENED_DNS.namespace}`, 'patch', 'deployment', HASTENED_DNS.name, `--patch=${JSON.stringify(hasteningPatch({ ...HASTENED_DNS, replicas }))}`,
  ])],

  'look-for-images': async ({ podSubnet }, { cni }) => {
    const images = cni === undefined ? [] : await cniImages(cni, { podSubnet, apiServer: API_SERVER });
    return images.length === 0 ? [] : ['# Every node pulls these, unless its image has them:', ...images.map((image) => shellComment(`  ${image}`))];
  },

  'apply-cni': async ({ podSubnet }, facts) => {
    const { cni, engine, master } = facts;
    const apply = engine.inNode(master, ['kubectl', 'apply', '--server-side', '--filename=-'], 'stdin');
    if (cni === undefined) return [`retry ${apply} <"$manifest"`];
    const manifest = await cni.manifest?.({ podSubnet, apiServer: API_SERVER }) ?? '';
    const needsServer = manifest.includes(SERVER_HOST);
    return [
      ...(needsServer ? [
        `server=$(${kubectl(facts, ['config', 'view', '--output=jsonpath={.clusters[0].cluster.server}'])})`,
        'server_host=${server#https://}',
        'server_host=${server_host%:*}',
      ] : []),
      // A manifest may define kinds that it uses: the API server takes a moment to know them.
      'apply_network() {', ...withInput(`  ${apply}`, manifest, needsServer ? { [SERVER_HOST]: '$server_host' } : {}), '}', 'retry apply_network',
    ];
  },
};
