import { mustRun } from '../../scripts/machine/commands.mjs';
import { dockerApi } from './docker-api.mjs';

/**
 * Bytes that one node takes on disk: what it has written to its own layer, and what is mounted into it from the
 * host: Docker's volumes, and the folders that Sysbox or its stand-in puts over the stores.
 */
export async function diskOfNode(id) {
  const { SizeRw: layer = 0, State, Mounts } = await dockerApi(`/containers/${id}/json?size=1`);
  const volumes = await sumOf(Mounts.filter(({ Type }) => Type === 'volume').map(({ Source }) => Source));
  const stores = await storesOf(State.Pid, Mounts.map(({ Destination }) => Destination));
  return { layer, volumes, stores, total: layer + volumes + stores };
}

// Seen through the node's own mount namespace, where they are found without knowing which runtime keeps them where.
const storePaths = ['/var/lib/docker', '/var/lib/kubelet', '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'];

async function storesOf(pid, dockersOwn) {
  const { out } = await mustRun(['cat', `/proc/${pid}/mountinfo`]);
  const mounted = new Set(out.toString().split('\n').map((line) => line.split(' ')[4]));
  const theirs = storePaths.filter((path) => mounted.has(path) && !dockersOwn.includes(path));
  return sumOf(theirs.map((path) => `/proc/${pid}/root${path}`));
}

async function sumOf(paths) {
  const sizes = await Promise.all(paths.map(diskUsage));
  return sizes.reduce((total, size) => total + size, 0);
}

/** One file system only: pods mount theirs below. Sharing of layers is by symlink, which takes no room. */
async function diskUsage(path) {
  const { out } = await mustRun(['du', '--one-file-system', '--summarize', '--block-size=1', path]);
  return Number(out.toString().split('\t')[0]);
}
