import type { CreateOptions } from '../cluster/options.js';
import type { NodeSettings } from '../nodes/settings.js';
import type { FileOptions } from './options.js';

/**
 * A file's wishes with those of the command line over them.
 * @param flags what the command line asks for, defaults included.
 * @param explicit fields of it that somebody has said, in a flag or a variable: these win.
 */
export function withFile(flags: CreateOptions, explicit: ReadonlySet<keyof CreateOptions>, file: FileOptions): CreateOptions {
  const said = Object.fromEntries(Object.entries(flags).filter(([field]) => explicit.has(field as keyof CreateOptions)));
  // A network of its own and an existing one exclude each other: the flag means one instead of the other.
  const { network, subnet, ...others } = file;
  const wish = { ...flags, ...others, ...(explicit.has('network') ? {} : { subnet }), ...(explicit.has('subnet') ? {} : { network }), ...said };
  return {
    ...wish,
    controlPlane: over(flags.controlPlane, file.controlPlane),
    workerDefaults: over(flags.workerDefaults, file.workerDefaults),
    ...(file.workers === undefined ? {} : { workers: file.workers.map((own) => overWorker(flags.workerDefaults, own)) }),
  };
}

/** Limits win; what flags mount and publish is added. */
function over(flags: NodeSettings = {}, file: NodeSettings = {}): NodeSettings {
  return { ...file, ...flags, ...joined(flags, file) };
}

function joined(flags: NodeSettings, file: NodeSettings): Pick<NodeSettings, 'mounts' | 'ports'> {
  const mounts = [...(file.mounts ?? []).filter(({ nodePath }) => !flags.mounts?.some((mount) => mount.nodePath === nodePath)), ...flags.mounts ?? []];
  const ports = [...file.ports ?? [], ...flags.ports ?? []];
  return { ...(mounts.length === 0 ? {} : { mounts }), ...(ports.length === 0 ? {} : { ports }) };
}

/** A worker's own settings hide those of all workers; what was said on the command line is for every worker all the same. */
function overWorker(flags: NodeSettings = {}, own: NodeSettings): NodeSettings {
  const { cpus, memoryBytes } = flags;
  return {
    ...own, ...(cpus === undefined ? {} : { cpus }), ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(own.mounts === undefined ? {} : joined({ mounts: flags.mounts ?? [] }, { mounts: own.mounts })),
  };
}
