import type { Duplex } from 'node:stream';
import { KindboxError } from '../../src/errors/index.js';
import { IMAGE_LABELS, LABELS } from '../../src/nodes/labels.js';
import type { NodeSettings } from '../../src/nodes/settings.js';
import type { EngineCommands, RecalledCommands } from '../../src/provider/engine-commands.js';
import type { PastEvents } from '../../src/provider/diagnostics.js';
import type { HostDescription } from '../../src/provider/host-description.js';
import type { NodeProvider } from '../../src/provider/provider.js';
import type {
  ExecOptions, ExecResult, NetworkSpec, NodeAddresses, NodeImage, NodeSpec, ObservedNetwork, ObservedNode, ObservedVolume, OwnedFilter,
} from '../../src/provider/types.js';
import { FakeLocks } from './fake-lock.js';

const matches = (labels: Readonly<Record<string, string>>, filter: OwnedFilter): boolean =>
  (filter.cluster === undefined || labels[LABELS.cluster] === filter.cluster) && (filter.run === undefined || labels[LABELS.run] === filter.run);

/** The command line of an engine that nobody has. */
function engineCommands(make: (name: string) => string): EngineCommands {
  return {
    functions: ['fixed() { echo "at $1"; }'],
    network: ({ name }) => [make(name)],
    node: ({ name }, offset) => [`${make(name)}${offset === undefined ? '' : ` $(fixed ${offset})`}`],
    keep: (nodes) => `keep ${nodes.join(' ')}`,
    volume: (name) => `volume ${name}`,
    inNode: (node, argv, stdin) => ['inside', ...(stdin ? ['--stdin'] : []), node, ...argv].join(' '),
    publishedPort: (node, port) => `port ${node} ${port}`,
    address: (node) => `address ${node}`,
  };
}

/** What `cat` says in a node that has these files, by path; between YAML documents, if that is its stdin. */
export function concatenated([, ...paths]: readonly string[], files: Readonly<Record<string, string>>): ExecResult {
  const missing = paths.filter((path) => path !== '-' && files[path] === undefined);
  return { exitCode: missing.length > 0 ? 1 : 0, stdout: paths.map((path) => (path === '-' ? '---\n' : files[path] ?? '')).join(''), stderr: missing.map((path) => `${path}: No such file or directory\n`).join('') };
}

/** A container engine in memory. Nodes can be created and removed; what runs in them is scripted by `onExec`. */
export class FakeProvider implements NodeProvider {
  readonly host: HostDescription = {
    engine: 'Docker 99', runtimes: ['runc', 'sysbox-runc'], defaultRuntime: 'runc', cgroupVersion: 2, architecture: 'amd64', kernelVersion: '6.1',
    operatingSystem: 'Test', cpus: 4, memoryBytes: 8e9, remote: false, address: '127.0.0.1',
  };
  readonly nodes = new Map<string, ObservedNode>();
  readonly networks = new Map<string, ObservedNetwork>();
  readonly volumes = new Map<string, ObservedVolume>();
  readonly images = new Map<string, NodeImage>();
  readonly foreign = new Map<string, string>();
  /** What nodes were asked for, by name. */
  readonly recalled = new Map<string, NodeSettings>();
  readonly calls: string[] = [];
  /** Names of nodes in which the kernel killed something. */
  outOfMemory: readonly string[] = [];
  /** Of every network that is made without one. */
  subnetOfNetworks: string | undefined;
  readonly locks = new FakeLocks();
  onExec: (node: ObservedNode, argv: readonly string[], options: ExecOptions) => Promise<ExecResult> = () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  onOpenStream: (node: ObservedNode | undefined, argv: readonly string[], signal: AbortSignal) => Promise<Duplex> =
    () => Promise.reject(new KindboxError('nothing listens', { reason: 'cluster' }));
  onInspect: (kind: string, id: string) => Promise<unknown> = (kind, id) => Promise.resolve({ kind, id });
  onCreateNode: (spec: NodeSpec) => Promise<void> = () => Promise.resolve();
  #next = 1;

  constructor() {
    this.addImage('nestybox/k8s-node:v1.36.3', { [IMAGE_LABELS.kubernetesVersion]: 'v1.36.3' });
  }

  addImage(reference: string, labels: Readonly<Record<string, string>>, architecture = 'amd64'): NodeImage {
    const image = { id: this.#id('image'), references: [reference], labels, architecture, size: 1, createdAt: 0 };
    this.images.set(reference, image);
    return image;
  }

  describeHost(signal: AbortSignal): Promise<HostDescription> {
    signal.throwIfAborted();
    this.calls.push('describeHost');
    return Promise.resolve(this.host);
  }

  findImage(reference: string): Promise<NodeImage | undefined> {
    return Promise.resolve(this.images.get(reference));
  }

  listImages(): Promise<NodeImage[]> {
    return Promise.resolve([...this.images.values()]);
  }

  pullImage(reference: string): Promise<NodeImage> {
    this.calls.push(`pull ${reference}`);
    return Promise.reject(new KindboxError('no registry', { reason: 'image' }));
  }

  listNodes(filter: OwnedFilter): Promise<ObservedNode[]> {
    return Promise.resolve([...this.nodes.values()].filter((node) => matches(node.labels, filter)));
  }

  findForeignContainers(names: readonly string[]): Promise<{ id: string; name: string }[]> {
    return Promise.resolve([...this.foreign].filter(([name]) => names.includes(name)).map(([name, id]) => ({ id, name })));
  }

  async createNode(spec: NodeSpec, signal: AbortSignal): Promise<ObservedNode> {
    signal.throwIfAborted();
    this.calls.push(`create ${spec.name}`);
    await this.onCreateNode(spec);
    if ([...this.nodes.values()].some((node) => node.name === spec.name)) throw new KindboxError(`${spec.name} is taken`, { reason: 'conflict' });
    const node: ObservedNode = {
      id: this.#id('node'), name: spec.name, cluster: spec.labels[LABELS.cluster] ?? '', run: spec.labels[LABELS.run] ?? '',
      role: spec.labels[LABELS.role] === 'worker' ? 'worker' : 'control-plane', index: Number(spec.labels[LABELS.index]), state: 'running',
      image: spec.image, labels: spec.labels, addresses: [{ networkId: spec.network, networkName: spec.network, ipv4: '172.18.0.2' }], ports: [], createdAt: 0,
    };
    this.nodes.set(node.id, node);
    return node;
  }

  startNode(id: string): Promise<{ node: ObservedNode; startedAt: number }> {
    return Promise.resolve({ node: this.#become(id, 'running'), startedAt: 0 });
  }

  stopNode(id: string): Promise<void> {
    this.#become(id, 'stopped');
    this.locks.end(id);
    return Promise.resolve();
  }

  keepNode(id: string): Promise<void> {
    this.calls.push(`keep ${this.nodes.get(id)?.name ?? id}`);
    return Promise.resolve();
  }

  #become(id: string, state: ObservedNode['state']): ObservedNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new KindboxError(`there is no node ${id}`, { reason: 'notFound' });
    const changed = { ...node, state };
    this.nodes.set(id, changed);
    this.calls.push(`${state} ${node.name}`);
    return changed;
  }

  removeNode(id: string): Promise<void> {
    this.calls.push(`remove ${this.nodes.get(id)?.name ?? id}`);
    this.nodes.delete(id);
    this.locks.end(id);
    return Promise.resolve();
  }

  findNetworks(name: string): Promise<ObservedNetwork[]> {
    return Promise.resolve([...this.networks.values()].filter((network) => network.name === name));
  }

  listNetworks(filter: OwnedFilter): Promise<ObservedNetwork[]> {
    return Promise.resolve([...this.networks.values()].filter((network) => LABELS.cluster in network.labels && matches(network.labels, filter)));
  }

  allNetworks(): Promise<ObservedNetwork[]> {
    return Promise.resolve([...this.networks.values()]);
  }

  usedAddresses(networkId: string): Promise<string[]> {
    return Promise.resolve([...this.nodes.values()].flatMap(({ addresses }) => addresses.filter((address) => address.networkId === networkId).map(({ ipv4 }) => ipv4)));
  }

  connectNode(nodeId: string, networkId: string, { ipv4 }: NodeAddresses): Promise<void> {
    const node = this.nodes.get(nodeId);
    if (node === undefined) return Promise.reject(new KindboxError(`there is no node ${nodeId}`, { reason: 'notFound' }));
    const networkName = this.networks.get(networkId)?.name ?? networkId;
    this.calls.push(`connect ${node.name} to ${networkName}${ipv4 === undefined ? '' : ` at ${ipv4}`}`);
    this.nodes.set(nodeId, { ...node, network: networkName, addresses: [{ networkId, networkName, ipv4: ipv4 ?? '172.18.0.9' }] });
    return Promise.resolve();
  }

  createNetwork(spec: NetworkSpec): Promise<ObservedNetwork> {
    const subnet = spec.subnet ?? this.subnetOfNetworks;
    const network = { id: this.#id('network'), name: spec.name, labels: spec.labels, subnets: subnet === undefined ? [] : [subnet] };
    this.networks.set(network.id, network);
    return Promise.resolve(network);
  }

  removeNetwork(id: string): Promise<'removed' | 'absent' | 'in-use'> {
    return Promise.resolve(this.networks.delete(id) ? 'removed' : 'absent');
  }

  listVolumes(filter: OwnedFilter): Promise<ObservedVolume[]> {
    return Promise.resolve([...this.volumes.values()].filter((volume) => matches(volume.labels, filter)));
  }

  ensureVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    if (!this.volumes.has(name)) this.volumes.set(name, { id: name, labels });
    return Promise.resolve();
  }

  findVolume(name: string): Promise<ObservedVolume | undefined> {
    return Promise.resolve(this.volumes.get(name));
  }

  removeVolume(id: string): Promise<void> {
    this.volumes.delete(id);
    return Promise.resolve();
  }

  exec(nodeId: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const node = this.nodes.get(nodeId);
    if (node === undefined) return Promise.reject(new KindboxError('no such node', { reason: 'cluster' }));
    this.calls.push(`exec ${node.name} ${argv.join(' ')}`);
    const record = this.locks.read(nodeId, argv);
    if (record !== undefined) return Promise.resolve(record);
    return this.onExec(node, argv, options);
  }

  openStream(nodeId: string, argv: readonly string[], signal: AbortSignal): Promise<Duplex> {
    if (argv[0] === 'flock' && this.nodes.has(nodeId)) return Promise.resolve(this.locks.open(nodeId));
    return this.onOpenStream(this.nodes.get(nodeId), argv, signal);
  }

  inspect(kind: string, id: string): Promise<unknown> {
    return this.onInspect(kind, id);
  }

  pastEvents(): Promise<PastEvents> {
    return Promise.resolve({ events: [{ Action: 'create' }], incomplete: false, outOfMemory: this.outOfMemory });
  }

  describeEngine(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve({ version: { Version: '99' } });
  }

  describeCommands(runtime: string): Promise<EngineCommands> {
    return Promise.resolve(engineCommands((name) => `make ${name} with ${runtime}`));
  }

  recallCommands(nodeIds: readonly string[], networkIds: readonly string[]): Promise<RecalledCommands> {
    const again = engineCommands((name) => `make ${name} again, as one of ${nodeIds.length} nodes on ${networkIds.length} networks`);
    return Promise.resolve({ ...again, settings: (node) => this.recalled.get(node) ?? {} });
  }

  nodeConsole(): Promise<string> { return Promise.resolve('the last words of systemd'); }

  waitForExit(_id: string, signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason as Error); }); });
  }

  #id(kind: string): string {
    return `${kind}-${this.#next++}`;
  }
}
