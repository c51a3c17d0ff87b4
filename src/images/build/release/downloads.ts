import type { SourceEntry } from '../source-tree.js';
import type { Mirrors } from './mirrors.js';

/** Versions of what is not Kubernetes' own. */
export interface ComponentVersions {
  readonly containerd: string;
  readonly runc: string;
  readonly cniPlugins: string;
  readonly flannelCniPlugin: string;
  readonly flannel: string;
}

export interface Download {
  readonly url: string;
  /** A list of SHA-256 checksums, or one alone. */
  readonly checksumsUrl: string;
  /** In the list; the ending tells an archive. */
  readonly name: string;
  /** Where a member of the archive goes, relative to the node's root; a program by itself has the member ''. */
  readonly programs: Readonly<Record<string, string>>;
}

const VERSIONS_FILE = 'versions.json';

/** Those that `--from source` compiles: the official archive is twice as large. */
const CNI_PLUGINS = ['bandwidth', 'bridge', 'firewall', 'host-local', 'loopback', 'portmap', 'ptp', 'static', 'tuning'];
const PROGRAMS = 'usr/local/bin';
const PLUGINS = 'opt/cni/bin';

/** `files` are those of images/k8s-node/release. */
export function componentVersions(files: readonly SourceEntry[]): ComponentVersions {
  const file = files.find(({ path }) => path === VERSIONS_FILE);
  if (file === undefined) throw new Error(`no ${VERSIONS_FILE} in the package`);
  return JSON.parse(file.content.toString()) as ComponentVersions;
}

/** All programs of a node. Architectures are named by these projects as OCI names them. */
export function releaseDownloads(
  kubernetesVersion: string, versions: ComponentVersions, architecture: string, { bases }: Mirrors,
): Download[] {
  const kubernetes = (program: string): Download => {
    const url = `${bases.kubernetes}/release/${kubernetesVersion}/bin/linux/${architecture}/${program}`;
    return { url, checksumsUrl: `${url}.sha256`, name: program, programs: { '': `${PROGRAMS}/${program}` } };
  };
  const github = (project: string, version: string, name: string, checksums: string, programs: Download['programs']): Download => {
    const folder = `${bases.github}/${project}/releases/download/${version}`;
    return { url: `${folder}/${name}`, checksumsUrl: `${folder}/${checksums}`, name, programs };
  };
  const containerd = `containerd-${versions.containerd.replace(/^v/, '')}-linux-${architecture}.tar.gz`;
  const plugins = `cni-plugins-linux-${architecture}-${versions.cniPlugins}.tgz`;
  // The tag counts flannel's own releases of a plugin version; the file's name does not.
  const flannel = `cni-plugin-flannel-linux-${architecture}-${versions.flannelCniPlugin.replace(/-flannel\d+$/, '')}.tgz`;
  return [
    ...['kubeadm', 'kubelet', 'kubectl'].map(kubernetes),
    github('containerd/containerd', versions.containerd, containerd, `${containerd}.sha256sum`,
      into(PROGRAMS, ['bin/containerd', 'bin/containerd-shim-runc-v2', 'bin/ctr'])),
    github('opencontainers/runc', versions.runc, `runc.${architecture}`, 'runc.sha256sum', { '': `${PROGRAMS}/runc` }),
    github('containernetworking/plugins', versions.cniPlugins, plugins, `${plugins}.sha256`, into(PLUGINS, CNI_PLUGINS)),
    github('flannel-io/cni-plugin', versions.flannelCniPlugin, flannel, `${flannel}.sha256`, { [`flannel-${architecture}`]: `${PLUGINS}/flannel` }),
  ];
}

/** Pod images besides those that kubeadm names. */
export function additionalImages(versions: ComponentVersions): string[] {
  return [`ghcr.io/flannel-io/flannel:${versions.flannel}`];
}

/** What fetch.sh reads: no field has a blank or a tab in it. */
export function downloadList(downloads: readonly Download[]): string {
  return downloads.map(({ url, checksumsUrl, name, programs }) => {
    const targets = Object.entries(programs).map(([member, target]) => `${member}=${target}`).join(' ');
    return `${[url, checksumsUrl, name, targets].join('\t')}\n`;
  }).join('');
}

function into(folder: string, members: readonly string[]): Record<string, string> {
  return Object.fromEntries(members.map((member) => [member, `${folder}/${member.replace(/^.*\//, '')}`]));
}
