/** What may be found about a cluster. Each kind is mended in one way, or in none. */
export type FindingKind =
  | 'control-plane-missing' | 'never-initialised' | 'network-missing' | 'network-unknown'
  | 'incomplete' | 'node-stopped' | 'node-paused' | 'node-disconnected' | 'node-moved' | 'node-proc-lost'
  | 'api-silent' | 'service-down' | 'not-ready' | 'worker-missing' | 'never-joined' | 'unregistered' | 'cordoned' | 'tokens-left'
  | 'kubeconfig-stale' | 'kubeconfig-missing' | 'kubeconfig-foreign'
  | 'cordoned-by-user' | 'foreign-node' | 'other-version';

export interface Finding {
  readonly kind: FindingKind;
  /** Name of the node that it is about. */
  readonly node?: string;
  /** A problem keeps the cluster from being whole. A note is worth knowing, and left as it is. */
  readonly level: 'problem' | 'note';
  /** For people: `demo-worker-1 is paused`. */
  readonly found: string;
  /** What repair does about it: `let it go on`; null where it does nothing. */
  readonly repair: string | null;
  /** Commands or actions, where repair does nothing. */
  readonly next: readonly string[];
}

export function problem(kind: FindingKind, found: string, repair: string, node?: string): Finding {
  return { kind, ...(node === undefined ? {} : { node }), level: 'problem', found, repair, next: [] };
}

export function beyondRepair(kind: FindingKind, found: string, next: readonly string[], node?: string): Finding {
  return { kind, ...(node === undefined ? {} : { node }), level: 'problem', found, repair: null, next };
}

export function note(kind: FindingKind, found: string, node?: string): Finding {
  return { kind, ...(node === undefined ? {} : { node }), level: 'note', found, repair: null, next: [] };
}

export function problemsAmong(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level }) => level === 'problem');
}

/** Whether two findings, of different rounds perhaps, are the same one. */
export function keyOf({ kind, node = '' }: Finding): string {
  return `${kind}/${node}`;
}
