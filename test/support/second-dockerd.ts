import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, type Options } from 'execa';
import { mountDisk } from './disk.js';
import { eventually } from './eventually.js';
import { connectNamespace, newLink, type Link } from './network-link.js';
import { endProcess, endShimsOf, isRunning, unmountBelow } from './processes.js';

export interface SecondDockerdOptions {
  readonly defaultRuntime?: string;
  /** Further keys of its daemon.json. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** It listens on TCP too, at an address of its network namespace that this machine reaches: a remote daemon. */
  readonly remote?: boolean;
  /** Bytes of a disk of its own for its data; it shares the machine's otherwise. */
  readonly diskBytes?: number;
}

/** On a real file system, which /tmp need not be: overlay2 refuses others. */
const PARENT = '/var/tmp';
const PREFIX = 'kindbox-dockerd-';
const TCP_PORT = 2375;
const RUNTIME_CONFIGURATION = '/etc/docker/daemon.json';

/**
 * A Docker daemon beside the machine's, with its own network namespace, images, containers and default runtime, for what
 * must not be done to a daemon that others use. It shares nothing with the machine's but the kernel and the runtimes.
 *
 * Published ports and containers' addresses exist in its network namespace only: `run` executes a command there.
 * Needs root. Call `stop` when done; what a killed run has left is removed by the next `start`.
 */
export class SecondDockerd {
  #daemon: ChildProcess | undefined;

  private constructor(private readonly folder: string, private readonly namespace: ChildProcess, private readonly link: Link | undefined) {
    process.once('exit', this.#killAtExit);
  }

  static async start({ defaultRuntime = 'runc', configuration = {}, remote = false, diskBytes }: SecondDockerdOptions = {}): Promise<SecondDockerd> {
    await removeAbandoned();
    const folder = await mkdtemp(join(PARENT, PREFIX));
    const { runtimes } = JSON.parse(await readFile(RUNTIME_CONFIGURATION, 'utf8')) as { runtimes?: object };
    await writeFile(join(folder, 'daemon.json'), JSON.stringify({ runtimes, 'default-runtime': defaultRuntime, ...configuration }));
    // It only holds the namespace, which so outlives a restart of the daemon.
    const namespace = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore', detached: true });
    const second = new SecondDockerd(folder, namespace, remote ? newLink() : undefined);
    try {
      await writeFile(join(folder, 'owner.pid'), String(process.pid));
      await writeFile(join(folder, 'namespace.pid'), String(namespace.pid));
      await second.#inNamespaceOnceThere(['ip', 'link', 'set', 'lo', 'up']);
      if (diskBytes !== undefined) await mountDisk(join(folder, 'disk.img'), second.dataRoot, diskBytes);
      if (second.link !== undefined) await connectNamespace(second.link, namespace.pid ?? 0);
      await second.resume();
    } catch (error) {
      await second.stop();
      throw error;
    }
    return second;
  }

  /** Where all its data lies. */
  get dataRoot(): string {
    return join(this.folder, 'data');
  }

  /** For DOCKER_HOST. */
  get address(): string {
    return `unix://${join(this.folder, 'docker.sock')}`;
  }

  /** Where this machine reaches the daemon's host, and the ports that it publishes. */
  get host(): string {
    if (this.link === undefined) throw new Error('the second dockerd is not remote');
    return this.link.theirs;
  }

  /** For DOCKER_HOST, by TCP. */
  get tcpAddress(): string {
    return `tcp://${this.host}:${TCP_PORT}`;
  }

  /** The docker command on this daemon. */
  async docker(argv: readonly string[], options: Options = {}): Promise<string> {
    const { stdout } = await execa('docker', argv, { stdin: 'ignore', ...options, env: { ...options.env, DOCKER_HOST: this.address } });
    return String(stdout ?? '');
  }

  /** Runs a command in the daemon's network namespace, with DOCKER_HOST set. @returns its stdout */
  async run(command: string, argv: readonly string[], options: Options = {}): Promise<string> {
    const { stdout } = await execa('nsenter', [...this.#entrance(), command, ...argv], {
      stdin: 'ignore', ...options, env: { ...options.env, DOCKER_HOST: this.address },
    });
    return String(stdout ?? '');
  }

  /** Gives it images of the machine's daemon. */
  async copyImages(...references: string[]): Promise<void> {
    const archive = execa('docker', ['save', ...references], { encoding: 'buffer', buffer: false });
    await archive.pipe(execa({ env: { DOCKER_HOST: this.address } })('docker', ['load', '--quiet']));
  }

  /** Ends the daemon: with SIGTERM it stops its containers first; with SIGKILL they are left as they are. */
  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    this.#daemon = undefined;
    if (daemon.pid !== undefined) await endProcess(daemon.pid, signal);
    // Its own containerd ends with it, unless it was killed.
    const containerd = this.#pidIn('exec/containerd/containerd.pid');
    if (containerd !== undefined && isRunning(containerd, 'containerd')) await endProcess(containerd, signal);
  }

  /** Starts the daemon again, with everything that it had when it was halted. */
  async resume(): Promise<void> {
    const log = await open(join(this.folder, 'dockerd.log'), 'a');
    // A dead process that nobody has reaped, or another under its number, would be taken for the daemon.
    for (const stale of ['docker.pid', 'exec/containerd/containerd.pid']) await rm(join(this.folder, stale), { force: true });
    const at = (name: string): string => join(this.folder, name);
    const argv = [
      'dockerd', '--config-file', at('daemon.json'), '--host', this.address, '--data-root', this.dataRoot, '--exec-root', at('exec'), '--pidfile', at('docker.pid'),
      ...(this.link === undefined ? [] : ['--host', this.tcpAddress, '--tls=false']),
    ];
    await mkdir(this.dataRoot, { recursive: true });
    // A session of its own: an interrupt from the terminal is the tests' to handle.
    const daemon = spawn('nsenter', [...this.#entrance(), ...argv], { stdio: ['ignore', log.fd, log.fd], detached: true });
    this.#daemon = daemon;
    await log.close();
    const ended = (): boolean => daemon.exitCode !== null || daemon.signalCode !== null;
    await eventually(async () => {
      if (!ended()) await this.docker(['version']);
    }, 60_000);
    if (ended()) throw new Error(`The second dockerd ended:\n${readFileSync(at('dockerd.log'), 'utf8').slice(-3000)}`);
  }

  async restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.halt(signal);
    await this.resume();
  }

  /** Removes the daemon and all that it has. */
  async stop(): Promise<void> {
    if (this.#daemon !== undefined) {
      const containers = (await this.docker(['ps', '--all', '--quiet'], { reject: false })).split('\n').filter((id) => id !== '');
      if (containers.length > 0) await this.docker(['rm', '--force', '--volumes', ...containers], { reject: false });
    }
    await this.halt();
    if (this.namespace.pid !== undefined) await endProcess(this.namespace.pid, 'SIGKILL');
    process.off('exit', this.#killAtExit);
    await removeFolder(this.folder);
  }

  /** Path of its network namespace, for nsenter. */
  get networkNamespace(): string {
    return `/proc/${this.namespace.pid}/ns/net`;
  }

  #entrance(): string[] {
    return [`--net=${this.networkNamespace}`, '--'];
  }

  /** `unshare` is a process of the old namespace for a moment. */
  async #inNamespaceOnceThere(argv: readonly string[]): Promise<void> {
    await eventually(async () => {
      if (!isRunning(this.namespace.pid ?? 0, 'sleep')) throw new Error('unshare has not made a network namespace: that takes root');
    }, 10_000);
    await execa('nsenter', [...this.#entrance(), ...argv]);
  }

  #pidIn(file: string): number | undefined {
    return pidIn(join(this.folder, file));
  }

  /** Only the daemon: what else there is waits for the next start. */
  readonly #killAtExit = (): void => {
    for (const pid of [this.#daemon?.pid, this.namespace.pid]) if (pid !== undefined) tryKill(pid);
  };
}

async function removeAbandoned(): Promise<void> {
  const folders = readdirSync(PARENT).filter((name) => name.startsWith(PREFIX)).map((name) => join(PARENT, name));
  for (const folder of folders) {
    const owner = pidIn(join(folder, 'owner.pid'));
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    for (const [file, command] of [['docker.pid', 'dockerd'], ['exec/containerd/containerd.pid', 'containerd'], ['namespace.pid', 'sleep']] as const) {
      const pid = pidIn(join(folder, file));
      if (pid !== undefined && isRunning(pid, command)) await endProcess(pid, 'SIGTERM');
    }
    await removeFolder(folder);
  }
}

/** Also ends containers that were left without a daemon. What one of them held may be let go a moment after its end. */
async function removeFolder(folder: string): Promise<void> {
  await endShimsOf(folder);
  for (let attempt = 0; ; attempt += 1) {
    await unmountBelow(folder);
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt > 50) throw error;
      await sleep(100);
    }
  }
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
