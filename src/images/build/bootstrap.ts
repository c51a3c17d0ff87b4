import { PassThrough, type Readable } from 'node:stream';
import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { BaseSuite } from './base-suite.js';
import { LogTail } from './log-tail.js';
import { proxyVariables } from '../../host/proxy.js';

export interface BootstrapRequest {
  readonly base: BaseSuite;
  /** As in OCI images, which is also how Debian names it. */
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

export interface Bootstrapping {
  /** A tar stream, which fails rather than ends early. Destroying it stops what writes it. */
  readonly rootfs: Readable;
  /** Never rejects; until then there are temporary files and mounts on the host. */
  readonly ended: Promise<void>;
}

export type RootfsBootstrap = (request: BootstrapRequest, signal: AbortSignal) => Promise<Bootstrapping>;

/** Of no use in a container, and a third of the size. */
const LEFT_OUT = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*', '/usr/share/lintian/*'];

/** Else bookworm installs usrmerge, which brings all of Perl: 52 MB. */
const MERGED_USR = ['--include=usr-is-merged', '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'];

/** mmdebstrap, unlike debootstrap, also works for an ordinary user where the kernel has user namespaces. */
export const bootstrapWithMmdebstrap: RootfsBootstrap = async (request, signal) => {
  const { execa } = await import('execa');
  const log = new LogTail();
  const { environment } = request;
  const subprocess = execa('mmdebstrap', argumentsFor(request), {
    stdin: 'ignore',
    buffer: false,
    reject: false,
    extendEnv: false,
    // The tools that it calls are not on the path of an ordinary user of Debian.
    env: {
      ...proxyVariables(environment),
      ...defined(environment, ['HOME', 'TMPDIR', 'USER', 'LOGNAME']),
      PATH: `${environment['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
      LC_ALL: 'C.UTF-8',
    },
    detached: true,
  });
  // To the whole group, as from a terminal: a signal to mmdebstrap alone makes it wait for its children.
  const stop = (): void => {
    if (subprocess.pid !== undefined && subprocess.exitCode === null && subprocess.signalCode === null) process.kill(-subprocess.pid, 'SIGINT');
  };
  const rootfs = new PassThrough();
  // Whoever reads it learns of the failure even if that comes before the first read.
  rootfs.on('error', () => undefined);
  rootfs.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', stop);
  if (signal.aborted) stop();
  subprocess.stdout.pipe(rootfs, { end: false });
  const watching = watch(subprocess.iterable({ from: 'stderr' }), (line) => {
    log.add(line);
    request.onLine(line);
  });
  const finish = async (): Promise<void> => {
    const result = await subprocess;
    await watching;
    signal.removeEventListener('abort', stop);
    process.off('exit', stop);
    if (!result.failed) rootfs.end();
    else rootfs.destroy(failureOf(result, request, log, signal));
  };
  return { rootfs, ended: finish() };
};

function argumentsFor({ base, architecture }: BootstrapRequest): string[] {
  return [
    '--mode=auto', '--variant=apt', '--format=tar', `--architectures=${architecture}`,
    ...(base.suite === 'bookworm' ? MERGED_USR : []),
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    '--aptopt=Apt::Install-Recommends "false"',
    // mmdebstrap copies the host's: its names are nobody else's business.
    '--customize-hook=rm -f "$1/etc/hostname" "$1/etc/resolv.conf"',
    ...(base.distribution === 'ubuntu' ? ['--components=main,universe'] : []),
    base.suite, '-',
  ];
}

function failureOf(
  result: { readonly code?: string; readonly exitCode?: number | undefined },
  { base }: BootstrapRequest,
  log: LogTail,
  signal: AbortSignal,
): Error {
  try {
    throwIfCancelled(signal);
  } catch (cancelled) {
    return cancelled as Error;
  }
  if (result.code === 'ENOENT') {
    return new KindboxError('The base image can be neither pulled nor made here', {
      reason: 'image',
      because: 'Its registry cannot be reached, and mmdebstrap, which would make it of packages, is not installed.',
      next: ['sudo apt-get install mmdebstrap', 'Or give the engine a way to the registry, and run this command again'],
    });
  }
  return new KindboxError(`mmdebstrap could not make a root filesystem of ${base.distribution} ${base.suite}`, {
    reason: 'image',
    because: whyIn(log.text, base),
    next: ['Run this command again as root, if it is not'],
    logTail: log.text,
  });
}

function whyIn(log: string, base: BaseSuite): string {
  if (/keyring|NO_PUBKEY|not signed/i.test(log)) return `The host has no keys of ${base.distribution}'s archive (package ${base.distribution}-archive-keyring or ${base.distribution}-keyring).`;
  if (/resolv|connect|timed? ?out|unreachable/i.test(log)) return `The package archive of ${base.distribution} cannot be reached.`;
  return 'It needs root, or a kernel that lets ordinary users have user namespaces (with newuidmap and an entry in /etc/subuid).';
}

async function watch(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) onLine(String(line));
  } catch {
    // The process itself says how it ended.
  }
}

function defined(environment: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value]];
  }));
}
