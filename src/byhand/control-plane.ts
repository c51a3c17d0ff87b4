import { cniImages } from '../cni/cni.js';
import { initConfig } from '../kubeadm/init-config.js';
import { INIT_ARGV } from '../cluster/handlers/control-plane.js';
import { kubectl, type Renderers } from './facts.js';
import { registrationOf, TOKEN } from './registration.js';
import { withInput } from './shell.js';

/** Stands for the control plane's address, which is known when the script runs. */
const SERVER_HOST = 'server-host.invalid';
const SERVER_PORT = '6443';

const APPLY = ['apply', '--server-side', '--filename=-'];

export const controlPlaneCommands: Renderers<'init-control-plane' | 'fetch-credentials' | 'await-api' | 'look-for-images' | 'apply-cni'> = {
  'init-control-plane': (operation, facts) => {
    const config = initConfig({
      ...registrationOf(operation.node, operation.registration, facts),
      clusterName: facts.cluster, podSubnet: operation.podSubnet, certificateNames: operation.certificateNames, token: TOKEN.standIn,
      cgroupVersion: facts.host.cgroupVersion, schedulableControlPlane: operation.schedulableControlPlane,
    });
    return [
      `token=$(${facts.engine.inNode(operation.node, ['kubeadm', 'token', 'generate'])})`,
      ...withInput(facts.engine.inNode(operation.node, INIT_ARGV, 'stdin'), config, TOKEN.expansion),
    ];
  },

  'fetch-credentials': (_operation, facts) => [
    `server=$(${kubectl(facts, ['config', 'view', '--output=jsonpath={.clusters[0].cluster.server}'])})`,
    'server_host=${server#https://}',
    'server_host=${server_host%:*}',
  ],

  'await-api': (_operation, facts) => [`retry ${kubectl(facts, ['get', '--raw=/readyz'])} >/dev/null`],

  'look-for-images': async ({ podSubnet }, { cni }) => {
    const images = cni === undefined ? [] : await cniImages(cni, { podSubnet, apiServer: placeholder() });
    return images.length === 0 ? [] : ['# Every node pulls these, unless its image has them:', ...images.map((image) => `#   ${image}`)];
  },

  'apply-cni': async ({ podSubnet }, { cni, engine, master }) => {
    const command = engine.inNode(master, ['kubectl', ...APPLY], 'stdin');
    if (cni === undefined) return [`retry ${command} <"$manifest"`];
    const manifest = await cni.manifest?.({ podSubnet, apiServer: placeholder() }) ?? '';
    // A manifest may define kinds that it uses: the API server takes a moment to know them.
    return ['apply_network() {', ...withInput(`  ${command}`, manifest, manifest.includes(SERVER_HOST) ? { [SERVER_HOST]: '$server_host' } : {}), '}', 'retry apply_network'];
  },
};

function placeholder(): URL {
  return new URL(`https://${SERVER_HOST}:${SERVER_PORT}`);
}
