import semver from 'semver';

/** The container runtime inside a node, which its kubelet talks to through CRI. */
export type CriName = 'containerd' | 'docker';

export interface ContainerRuntime {
  /** For people. */
  readonly title: string;
  /** The kubelet's endpoint, as kubeadm of that version wants it written. */
  readonly socket: (kubernetesVersion: string) => string;
  /** Must be what the runtime in the node image is configured with. */
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
  /** Of systemd. */
  readonly unit: string;
  /** Program of the node image; it gets a number of seconds and returns once the runtime answers. */
  readonly awaitProgram: string;
  /** Prints the names of the pod images that are there, one a line. */
  readonly listImages: readonly string[];
  /** Writes an archive of pod images to stdout, their names behind it. */
  readonly exportImages: readonly string[];
  /** Reads an archive of pod images, of OCI or of Docker, from stdin. */
  readonly importImages: readonly string[];
}

/**
 * A command whose output Docker may lose the end of: what nobody has taken from it two seconds after the command has ended,
 * about 130 kB at most (ProcessEvent in moby's daemon/monitor.go). Zeros behind the end of a tar archive are not part of it.
 */
const padded = (...archiving: readonly string[]): readonly string[] => ['sh', '-c', '"$@" && head -c 1048576 /dev/zero', 'sh', ...archiving];

/** containerd keeps what it has for Kubernetes apart. */
export const CTR_IMAGES = ['ctr', '--namespace=k8s.io', 'images'];

/** All that differs between node images of different container runtimes; an image's label says which one it has. */
const CONTAINER_RUNTIMES: Readonly<Record<CriName, ContainerRuntime>> = {
  containerd: {
    title: 'containerd',
    socket: () => 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'systemd',
    unit: 'containerd.service',
    awaitProgram: '/usr/local/lib/kindbox/await-containerd',
    listImages: [...CTR_IMAGES, 'ls', '--quiet'],
    exportImages: padded(...CTR_IMAGES, 'export', '-'),
    importImages: [...CTR_IMAGES, 'import', '--digests', '-'],
  },
  docker: {
    title: 'Docker',
    // The kubelet spoke to Docker by itself until 1.23 (dockershim); since then cri-dockerd does it.
    socket: (version) => (isBefore(version, '1.24.0') ? '/var/run/dockershim.sock' : 'unix:///run/cri-dockerd.sock'),
    cgroupDriver: 'cgroupfs',
    unit: 'docker.service',
    awaitProgram: '/usr/local/lib/kindbox/await-docker',
    listImages: ['docker', 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'],
    exportImages: padded('docker', 'save'),
    importImages: ['docker', 'load', '--quiet'],
  },
};

export function containerRuntime(label: string | undefined): ContainerRuntime {
  return CONTAINER_RUNTIMES[criOf(label)];
}

/** `containerd` of `containerd.service`. */
export function serviceOf(unit: string): string {
  return unit.replace(/\.service$/, '');
}

/** Of an image or node without a label: containerd, which every image of ours had before the label. */
export function criOf(label: string | undefined): CriName {
  return isCriName(label) ? label : 'containerd';
}

export function isCriName(name: string | undefined): name is CriName {
  return name !== undefined && Object.hasOwn(CONTAINER_RUNTIMES, name);
}

function isBefore(kubernetesVersion: string, minimum: string): boolean {
  const parsed = semver.coerce(kubernetesVersion);
  return parsed !== null && semver.lt(parsed, minimum);
}
