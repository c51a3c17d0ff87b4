import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { calico } from './calico.js';
import { readManifest } from './file.js';
import { imagesOf } from './images.js';
import { CNI_NAMES, OWN_MANIFEST, type CniName } from './names.js';
import { weave } from './weave.js';

export interface CniSettings {
  /** CIDR, or one of each family with a comma between them. */
  readonly podSubnet: string;
  /**
   * Host and port of the API server, for agents in the nodes' own network: they need not wait for kube-proxy to make
   * the Service address work, and on some networks a stranger answers at that address until it does.
   */
  readonly apiServer: URL;
}

/** A CNI is a manifest that the API server is given as soon as it answers. */
export interface Cni {
  readonly name: CniName | typeof OWN_MANIFEST;
  /** The manifest to apply; absent when networking is left to the user. */
  readonly manifest?: (settings: CniSettings) => Promise<string>;
  /** Its images are in every node image. */
  readonly preloaded: boolean;
}

/** To add a CNI: its name in CNI_NAMES, and its row here. */
const CNIS: Readonly<Record<CniName, Cni>> = {
  flannel: {
    name: 'flannel', preloaded: true,
    manifest: async ({ podSubnet, apiServer }) => (await packaged('flannel.yaml'))
      .replaceAll('${NETWORKS}', flannelNetworks(podSubnet))
      .replaceAll('${API_SERVER_HOST}', apiServer.hostname)
      .replaceAll('${API_SERVER_PORT}', apiServer.port),
  },
  calico: { name: 'calico', preloaded: false, manifest: async (settings) => documents(calico(settings)) },
  weave: { name: 'weave', preloaded: false, manifest: async (settings) => documents(weave(settings)) },
  none: { name: 'none', preloaded: true },
};

/** The beginning of flannel's configuration. */
function flannelNetworks(podSubnet: string): string {
  const [ipv4, ipv6] = podSubnet.split(',');
  return `"Network": "${ipv4}"${ipv6 === undefined ? '' : `, "EnableIPv6": true, "IPv6Network": "${ipv6}"`}`;
}

/** @param choice a name of CNI_NAMES, or the path of a manifest. @throws KindboxError usage. Reads no more than that file. */
export async function chooseCni(choice: string): Promise<Cni> {
  const known = knownCni(choice);
  if (known !== undefined) return known;
  const manifest = await readManifest(choice);
  return { name: OWN_MANIFEST, preloaded: false, manifest: () => Promise.resolve(manifest) };
}

/** The images that the pods of a CNI need. */
export async function cniImages(cni: Cni, settings: CniSettings): Promise<string[]> {
  return cni.manifest === undefined ? [] : imagesOf(await cni.manifest(settings));
}

/** Undefined for what is none of CNI_NAMES. */
export function knownCni(name: string | undefined): Cni | undefined {
  const known = CNI_NAMES.find((candidate) => candidate === name);
  return known === undefined ? undefined : CNIS[known];
}

function documents(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n');
}

async function packaged(file: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`manifests/${file}`, import.meta.url)), 'utf8');
}
