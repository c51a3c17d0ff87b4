import { readFile, stat } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { isTooDeep } from '../config/yaml-limits.js';
import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';

/** Bytes. The largest manifests of CNIs have half a megabyte. */
const MOST = 5_000_000;
/** The schemas of custom resources are deeper than any configuration. */
const MOST_LEVELS = 120;

/** Reads a manifest of the user's. @throws KindboxError usage, which says where it is wrong and quotes nothing of it. */
export async function readManifest(path: string): Promise<string> {
  const text = await read(path);
  if (isTooDeep(text, MOST_LEVELS)) throw new KindboxError(`${path} is nested too deeply for a manifest`, { reason: 'usage' });
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent' });
  const list = 'empty' in documents ? [] : documents;
  let objects = 0;
  for (const document of list) {
    const [error] = document.errors;
    if (error !== undefined) throw wrong(path, error.pos[0], lines, 'is not YAML');
    const { contents } = document;
    // A comment between two separators is a document without content.
    if (contents === null || (isScalar(contents) && contents.value === null)) continue;
    const isObject = isMap(contents) && document.has('apiVersion') && document.has('kind');
    if (!isObject) throw wrong(path, contents.range[0], lines, 'has no object of Kubernetes, with apiVersion and kind');
    objects += 1;
  }
  if (objects === 0) throw new KindboxError(`${path} has no objects of Kubernetes`, { reason: 'usage', next: ['--cni FILE takes the manifest of a CNI'] });
  return text;
}

async function read(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST) throw new KindboxError(`${path} is too large for a manifest: ${size} bytes`, { reason: 'usage' });
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof KindboxError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new KindboxError(`"${printable(path)}" is neither a CNI that kindbox knows nor a manifest that can be read`, {
      reason: 'usage', because: `The file system says: ${code}.`, next: ['--cni flannel, calico, weave or none', '--cni PATH of a manifest'],
    });
  }
}

function wrong(path: string, offset: number, lines: LineCounter, problem: string): KindboxError {
  const { line, col } = lines.linePos(offset);
  return new KindboxError(`${path}:${line}:${col} ${problem}`, { reason: 'usage' });
}
