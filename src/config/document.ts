import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Node, type Pair } from 'yaml';
import { configError, type Path, type Position, type Problem } from './problems.js';
import type { ConfigText } from './source.js';
import { isTooDeep } from './yaml-limits.js';

/** Names that mean something else to JavaScript. */
const FORBIDDEN_KEYS = new Set(['__proto__']);
/** Scalars under these fields are text, whatever they look like. */
const TEXT_MAPS = new Set(['labels', 'runtimeConfig']);

/** A YAML document that can tell where in the file its fields are. */
export class ConfigDocument {
  readonly file: string;
  readonly folder: string;

  private constructor(source: ConfigText, private readonly document: Document, private readonly lines: LineCounter, readonly value: unknown) {
    this.file = source.file;
    this.folder = source.folder;
  }

  /** @throws KindboxError usage: not one YAML document, or one that is not meant well. */
  static parse(source: ConfigText): ConfigDocument {
    const { file, text } = source;
    if (isTooDeep(text)) throw configError(file, [{ line: 1, column: 1, message: 'this is nested too deeply for a configuration' }]);
    const lines = new LineCounter();
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent', merge: true });
    const documents = 'empty' in parsed ? [] : parsed.filter(({ contents, errors }) => errors.length > 0 || !(contents === null || (isScalar(contents) && contents.value === null)));
    const [document, second] = documents;
    if (document === undefined) throw configError(file, [{ line: 1, column: 1, message: 'there is no configuration in it' }]);
    const at = (offset: number): Position => positionAt(lines, offset);
    const problems = [
      ...documents.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ pos, message }): Problem => ({ ...at(pos[0]), message: `this is not YAML: ${message}` }))),
      ...(second === undefined ? [] : [{ ...at(offsetOf(second.contents) ?? 0), message: 'this is a second document; a configuration has one' }]),
    ];
    if (problems.length > 0) throw configError(file, problems);
    const suspicious = suspiciousKeys(document, at);
    if (suspicious.length > 0) throw configError(file, suspicious);
    return new ConfigDocument(source, document, lines, toValue(file, document));
  }

  /** Of the field, or of the nearest that there is around it. */
  positionOf(path: Path, part: 'key' | 'value' = 'value'): Position {
    let node: unknown = this.document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const [depth, step] of path.entries()) {
      const found = this.#step(node, step);
      if (found === undefined) break;
      const wanted = part === 'key' && depth === path.length - 1 ? found.key : found.value;
      offset = offsetOf(wanted) ?? offsetOf(found.key) ?? offset;
      node = found.value;
    }
    return positionAt(this.lines, offset);
  }

  #step(node: unknown, step: string | number): { key: unknown; value: unknown } | undefined {
    const here = isAlias(node) ? node.resolve(this.document) : node;
    if (isSeq(here)) {
      const item = here.items[Number(step)];
      return item === undefined ? undefined : { key: item, value: item };
    }
    if (!isMap(here)) return undefined;
    return here.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  }
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function suspiciousKeys(document: Document, at: (offset: number) => Position): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair: (_, { key, value }: Pair) => {
      if (!isScalar(key)) problems.push({ ...at(offsetOf(key) ?? offsetOf(value) ?? 0), message: 'the name of a field is a word' });
      else if (FORBIDDEN_KEYS.has(String(key.value))) problems.push({ ...at(offsetOf(key) ?? 0), message: `"${String(key.value)}" is not the name of a field` });
      else if (TEXT_MAPS.has(String(key.value)) && isMap(value)) value.items.forEach((pair) => keepAsText(pair));
    },
  });
  return problems;
}

/** `"true"` and `true` are the same label to kind, whose decoder is told that it is text. */
function keepAsText({ value }: Pair): void {
  if (isScalar(value) && typeof value.value !== 'string' && value.value !== null && value.source !== undefined) value.value = value.source;
}

function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases of nothing, and aliases that multiply.
    throw configError(file, [{ line: 1, column: 1, message: `its aliases cannot be resolved: ${error instanceof Error ? error.message : ''}` }]);
  }
}
