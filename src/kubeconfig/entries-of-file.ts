import { type Document, isMap, isScalar, isSeq, parse, parseDocument, Scalar, visit, type YAMLMap, YAMLSeq, type Node } from 'yaml';
import type { KubeconfigEntries } from './convert.js';
import { contextName } from './path.js';

const LISTS = ['clusters', 'contexts', 'users'] as const;
type ListName = typeof LISTS[number];

/** Where kubeconfig lets a tool keep what is its own; kubectl preserves it. */
const EXTENSION = 'dev.kindbox';
const PREVIOUS = 'previous-context';

/** A name that is to be written belongs to an entry that kindbox did not make. */
export class ForeignEntryError extends Error {
  constructor(readonly list: string, readonly entry: string) {
    super(`${list} has an entry "${entry}" that kindbox did not make`);
  }
}

/** @throws Error, which quotes nothing of the file, when it is not the YAML of a kubeconfig. */
export function parseKubeconfig(text: string): Document {
  // Every scalar is a string to us, so that nobody's numbers, dates or booleans are written back otherwise.
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent' });
  const blank = document.contents === null || (isScalar(document.contents) && document.contents.value === '');
  if (document.errors.length > 0 || !(blank || isMap(document.contents))) throw new Error('it is not YAML of a kubeconfig');
  if (blank) document.contents = document.createNode({ apiVersion: 'v1', kind: 'Config' }) as never;
  return document;
}

/** Adds a cluster, over what an earlier merge of ours left, and remembers the context that was current before. */
export function addEntries(document: Document, entries: KubeconfigEntries, switchContext: boolean): void {
  const current = text(document.get('current-context', true));
  const { name } = entries.contexts;
  const earlier = find(list(document, 'contexts'), name);
  if (earlier === undefined || !isOurs(earlier)) {
    for (const kind of LISTS) {
      if (find(list(document, kind), entries[kind].name) !== undefined) throw new ForeignEntryError(kind, entries[kind].name);
    }
  }
  const previous = current === name ? previousOf(earlier) : current;
  const ours = { name: EXTENSION, extension: { provider: 'kindbox', ...(previous === '' ? {} : { [PREVIOUS]: previous }) } };
  put(document, 'clusters', entries.clusters);
  put(document, 'users', entries.users);
  put(document, 'contexts', { name, context: { ...entries.contexts.context, extensions: [ours] } });
  if (switchContext) document.set('current-context', quoted(document, name));
}

/** Whether a merge of ours put the cluster there. */
export function hasEntries(document: Document, cluster: string): boolean {
  const context = find(list(document, 'contexts'), contextName(cluster));
  return context !== undefined && isOurs(context);
}

/** Takes a cluster out again, with the context of before, if its context is one of ours. @returns whether it was. */
export function removeEntries(document: Document, cluster: string): boolean {
  const name = contextName(cluster);
  const contexts = list(document, 'contexts');
  const context = find(contexts, name);
  if (context === undefined || !isOurs(context)) return false;
  const refers = { clusters: text(context.getIn(['context', 'cluster'], true)), users: text(context.getIn(['context', 'user'], true)) };
  remove(contexts, name);
  for (const kind of ['clusters', 'users'] as const) {
    const field = kind === 'clusters' ? 'cluster' : 'user';
    const shared = contexts.items.some((other) => isMap(other) && text(other.getIn(['context', field], true)) === refers[kind]);
    if (!shared) remove(list(document, kind), refers[kind]);
  }
  restoreContext(document, name, previousOf(context));
  return true;
}

function restoreContext(document: Document, gone: string, previous: string): void {
  const contexts = list(document, 'contexts');
  // Whoever came after us must not lead back to what is gone.
  for (const context of contexts.items) {
    if (!isMap(context) || !isOurs(context) || previousOf(context) !== gone) continue;
    extensionOf(context)?.setIn(['extension', PREVIOUS], quoted(document, previous));
  }
  if (text(document.get('current-context', true)) !== gone) return;
  document.set('current-context', quoted(document, find(contexts, previous) === undefined ? '' : previous));
}

function list(document: Document, kind: ListName): YAMLSeq {
  const found: unknown = document.get(kind, true);
  if (isSeq(found)) return found;
  if (!['', 'null', '~'].includes(text(found))) throw new Error(`its "${kind}" is not a list`);
  const made = new YAMLSeq(document.schema);
  document.set(kind, made);
  return made;
}

function find(entries: YAMLSeq, name: string): YAMLMap | undefined {
  return entries.items.find((entry): entry is YAMLMap => isMap(entry) && text(entry.get('name', true)) === name);
}

function remove(entries: YAMLSeq, name: string): void {
  entries.items = entries.items.filter((entry) => !(isMap(entry) && text(entry.get('name', true)) === name));
}

function put(document: Document, kind: ListName, entry: Readonly<Record<string, unknown>> & { readonly name: string }): void {
  const entries = list(document, kind);
  remove(entries, entry.name);
  // An empty list is mostly written as `[]`, in which ours would become one long line.
  entries.flow = entries.items.length > 0 && entries.flow === true;
  entries.add(quoted(document, entry));
}

function isOurs(context: YAMLMap): boolean {
  return extensionOf(context) !== undefined;
}

function extensionOf(context: YAMLMap): YAMLMap | undefined {
  const extensions: unknown = context.getIn(['context', 'extensions'], true);
  return isSeq(extensions) ? find(extensions, EXTENSION) : undefined;
}

function previousOf(context: YAMLMap | undefined): string {
  return context === undefined ? '' : text(extensionOf(context)?.getIn(['extension', PREVIOUS], true));
}

function text(node: unknown): string {
  return isScalar(node) && typeof node.value === 'string' ? node.value : '';
}

/** A cluster may be named `no` or `1e3`: readers of YAML 1.1, as kubectl is, need quotes there. */
function quoted(document: Document, value: unknown): Node {
  const node = document.createNode(value) as Node;
  visit(node, { Scalar: (_key, scalar) => { if (parse(String(scalar.value), { version: '1.1' }) !== scalar.value) scalar.type = Scalar.QUOTE_DOUBLE; } });
  return node;
}
