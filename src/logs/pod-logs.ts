import { safeSegment } from './bundle-folder.js';

export const POD_LOGS = '/var/log/pods';
/** Links are followed: where Docker runs the pods, the logs are its own. */
export const LIST_POD_LOGS = ['find', '-L', POD_LOGS, '-mindepth', '3', '-maxdepth', '3', '-type', 'f', '-name', '*.log', '-printf', '%P\\n'];
/** Pods of the user say in their logs what is nobody else's business. */
const SYSTEM_NAMESPACE = /^(?:kube-|calico-|tigera-)/;

/** A node has a dozen pods of the system, each with a few logs. */
const MOST_LOGS = 500;

export interface PodLog {
  /** Absolute path in the node. */
  readonly nodePath: string;
  /** Path in the bundle, below the node's folder of pods. */
  readonly path: string;
}

/** The logs of the system's pods in what `find` printed: `NAMESPACE_POD_UID/CONTAINER/RESTARTS.log`, a line each. */
export function systemPodLogs(listing: string): PodLog[] {
  const taken = new Set<string>();
  return listing.split('\n').flatMap((line) => {
    const parts = line.split('/');
    const [pod = '', container = '', file = ''] = parts;
    if (parts.length !== 3 || !SYSTEM_NAMESPACE.test(pod) || parts.some((part) => part === '' || part.startsWith('.'))) return [];
    const path = [pod, container, file].map(safeSegment).join('/');
    // Root in a node can name its folders as it likes: so that two names become one, or that there is no end of them.
    if (taken.has(path) || taken.size >= MOST_LOGS) return [];
    taken.add(path);
    return [{ nodePath: `${POD_LOGS}/${line}`, path }];
  });
}
