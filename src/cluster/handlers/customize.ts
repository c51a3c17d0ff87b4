import { execWhileRunning, tail } from '../../nodes/node-failure.js';
import type { OperationRun } from '../../plan/execute.js';
import type { NodeRole } from '../../nodes/role.js';
import type { ObservedNode } from '../../provider/types.js';
import type { Customization } from '../customization.js';
import type { ClusterOperation } from '../operations.js';
import type { ClusterSession } from '../session.js';
import { writeInNode } from './node-file.js';

type Of<K extends ClusterOperation['kind']> = Extract<ClusterOperation, { kind: K }>;

/** On the control plane, for workers that a later resize adds. Readable by root alone, as it may hold credentials. */
export const CUSTOMIZATION_FILE = '/etc/kindbox/customization.json';
/** containerd's configuration imports this folder; a later name wins. */
const dropInPath = (index: number): string => `/etc/containerd/conf.d/50-kindbox-${String(index).padStart(3, '0')}.toml`;

/** Gives a node the user's configuration of containerd; the control plane also keeps what later workers need. */
export async function customizeNode(session: ClusterSession, operation: Of<'customize-node'>, run: OperationRun): Promise<void> {
  const node = session.node(operation.node);
  const files = customizationFiles(session.customization, node.role);
  await Promise.all(files.map(({ path, content }) => writeInNode(session, node, { argv: installArgv(path), content, failing: `${path} could not be written on ${node.name}` }, run.signal)));
  if (session.customization.containerd.length > 0) await restartContainerd(session, node, run);
}

/** The files that customize a node. */
export function customizationFiles({ containerd, record }: Customization, role: NodeRole): { readonly path: string; readonly content: string }[] {
  const kept = role === 'control-plane' && record !== undefined ? [{ path: CUSTOMIZATION_FILE, content: record }] : [];
  return [...containerd.map((content, index) => ({ path: dropInPath(index), content })), ...kept];
}

/** Writes stdin to a file that root alone can read. */
export function installArgv(path: string): string[] {
  return ['install', '-D', '-m', '0600', '/dev/stdin', path];
}

export const RESTART_CONTAINERD = ['systemctl', 'restart', 'containerd.service'];

async function restartContainerd(session: ClusterSession, node: ObservedNode, run: OperationRun): Promise<void> {
  const exec = (argv: readonly string[]): ReturnType<typeof execWhileRunning> => execWhileRunning(session.provider, node, argv, { signal: run.signal });
  const [result, effective] = await Promise.all([
    exec(RESTART_CONTAINERD),
    // Once is enough: all nodes are given the same.
    node.role === 'control-plane' ? exec(['containerd', 'config', 'dump']) : undefined,
  ]);
  if (result.exitCode !== 0) {
    const journal = await exec(['journalctl', '--unit', 'containerd.service', '--lines', '30', '--no-pager', '--output', 'cat']);
    throw session.failure(`containerd on ${node.name} does not start with your configuration of it`, 'The lines below are the last that it wrote.', tail(journal.stdout));
  }
  for (const message of ignoredSettings(effective?.stderr ?? '')) {
    session.context.emit({ type: 'note', level: 'warning', at: Date.now(), message });
  }
}

/** containerd only logs what it does not know: a misspelt setting would be dropped silently. */
function ignoredSettings(log: string): string[] {
  const ignored = [...log.matchAll(/Ignoring unknown key in TOML.*? key=("[^"]*"|\S+) plugin=(\S+)/g)];
  return ignored.map(([, key = '', plugin = '']) => `containerd knows no setting ${key.replaceAll('"', '').replaceAll(' ', '.')} of the plugin ${plugin}: it has no effect`);
}
