import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const CNI_NAMES = ['flannel', 'none'] as const;
export type CniName = (typeof CNI_NAMES)[number];

export interface CniSettings {
  /** CIDR. */
  readonly podSubnet: string;
  /**
   * Host and port of the API server, for agents in the nodes' own network: they need not wait for kube-proxy to make
   * the Service address work, and on some networks a stranger answers at that address until it does.
   */
  readonly apiServer: URL;
}

/**
 * A CNI is a manifest that the API server is given as soon as it answers.
 * To add one: its file, its name in CNI_NAMES, and its row in MANIFESTS.
 */
type ManifestMaker = (settings: CniSettings) => Promise<string>;

const MANIFESTS: Readonly<Record<Exclude<CniName, 'none'>, ManifestMaker>> = {
  flannel: async ({ podSubnet, apiServer }) => (await packaged('flannel.yaml'))
    .replaceAll('${POD_SUBNET}', podSubnet)
    .replaceAll('${API_SERVER_HOST}', apiServer.hostname)
    .replaceAll('${API_SERVER_PORT}', apiServer.port),
};

/** The manifest to apply, or undefined when networking is left to the user. */
export async function cniManifest(name: CniName, settings: CniSettings): Promise<string | undefined> {
  return name === 'none' ? undefined : MANIFESTS[name](settings);
}

async function packaged(file: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`manifests/${file}`, import.meta.url)), 'utf8');
}
