import http from 'node:http';
import { execa } from 'execa';

interface Mount {
  readonly Type: string;
  readonly Source: string;
  readonly Destination: string;
}

interface Inspection {
  readonly SizeRw?: number;
  readonly State: { readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
  readonly Mounts: readonly Mount[];
}

interface Statistics {
  readonly memory_stats: { readonly stats?: { readonly total_rss?: number; readonly anon?: number } };
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
}

export interface NodeFigures {
  readonly node: string;
  /** Written to the container's own layer, its volumes, and the folders that the runtime puts over stores. */
  readonly diskBytes: number;
  /** Without page cache. */
  readonly memoryBytes: number;
  /** Since the start of the node. */
  readonly cpuSeconds: number;
  /** Mounts in the node and its pods: Sysbox traps each. */
  readonly mounts: number;
  /** Containers that its containerd has started, sandboxes included. */
  readonly containerStarts: number;
}

/** Seen through the node's own mount namespace, where they are found without knowing which runtime keeps them where. */
const STORES = ['/var/lib/docker', '/var/lib/kubelet', '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'];

/** A local Docker daemon, asked for what the docker command only prints rounded. */
export class Engine {
  constructor(readonly host: string) {
    if (!host.startsWith('unix://')) throw new Error(`A benchmark needs a local Docker daemon, not ${host}`);
  }

  async docker(argv: readonly string[], input?: string): Promise<string> {
    const { stdout } = await execa('docker', argv, { env: { DOCKER_HOST: this.host }, ...(input === undefined ? { stdin: 'ignore' } : { input }) });
    return stdout;
  }

  /** The process id of the container's PID 1 on this machine, and its addresses. */
  async placeOf(container: string): Promise<{ pid: number; addresses: string[] }> {
    const { State, NetworkSettings } = await this.#get<Inspection>(`/containers/${container}/json`);
    return { pid: State.Pid, addresses: Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress) };
  }

  async figuresOf(node: string): Promise<NodeFigures> {
    const [inspection, statistics, mounts, containerStarts] = await Promise.all([
      this.#get<Inspection>(`/containers/${node}/json?size=1`),
      this.#get<Statistics>(`/containers/${node}/stats?stream=false&one-shot=true`),
      this.#lines(node, ['cat', '/proc/self/mountinfo']),
      this.#lines(node, ['ctr', '--namespace=k8s.io', 'containers', 'list', '--quiet']),
    ]);
    const volumes = inspection.Mounts.filter(({ Type }) => Type === 'volume').map(({ Source }) => Source);
    const stores = await storesOf(inspection.State.Pid, inspection.Mounts.map(({ Destination }) => Destination));
    const { total_rss: rss, anon } = statistics.memory_stats.stats ?? {};
    return {
      node, diskBytes: (inspection.SizeRw ?? 0) + await sumOf([...volumes, ...stores]),
      // cgroup v1 has totals that include the pods' groups below the node's; those of v2 do so anyway.
      memoryBytes: rss ?? anon ?? 0, cpuSeconds: statistics.cpu_stats.cpu_usage.total_usage / 1e9, mounts, containerStarts,
    };
  }

  async #lines(node: string, argv: readonly string[]): Promise<number> {
    return (await this.docker(['exec', node, ...argv])).split('\n').filter((line) => line !== '').length;
  }

  #get<T>(path: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const request = http.get({ socketPath: this.host.slice('unix://'.length), path }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(body) as T);
          else reject(new Error(`GET ${path}: ${response.statusCode} ${body}`));
        });
      });
      request.on('error', reject);
    });
  }
}

async function storesOf(pid: number, dockersOwn: readonly string[]): Promise<string[]> {
  const { stdout } = await execa('cat', [`/proc/${pid}/mountinfo`]);
  const mounted = new Set(stdout.split('\n').map((line) => line.split(' ')[4]));
  return STORES.filter((path) => mounted.has(path) && !dockersOwn.includes(path)).map((path) => `/proc/${pid}/root${path}`);
}

async function sumOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(diskUsage));
  return sizes.reduce((total, size) => total + size, 0);
}

/** One file system only: pods mount theirs below. Files may go while they are counted. */
async function diskUsage(path: string): Promise<number> {
  const { stdout } = await execa('du', ['--one-file-system', '--summarize', '--block-size=1', path], { reject: false, stderr: 'ignore' });
  return Number(stdout.split('\t')[0]);
}
