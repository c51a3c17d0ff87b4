import type { core } from 'zod';
import { closest } from '../errors/closest.js';
import { printable } from '../errors/printable.js';
import { ConfigDocument } from './document.js';
import { fieldsOf } from './fields.js';
import { findings } from './issues.js';
import { fromKind, type MappedConfig, type Remark } from './kind.js';
import { KIND_API_VERSION, kindSchema } from './kind-schema.js';
import { valueAtPath } from './paths.js';
import { configError, fieldName, type Path, type Problem } from './problems.js';
import { API_VERSION, clusterSchema, type ClusterConfig, type ClusterConfigInput } from './schema.js';
import { readSource, type ConfigSource } from './source.js';

export interface LoadedConfig {
  readonly file: string;
  /** Absolute path, which relative paths of the configuration are relative to. */
  readonly folder: string;
  readonly format: 'kindbox' | 'kind';
  /** As written, or as mapped. */
  readonly input: ClusterConfigInput;
  /** Undefined where an error was tolerated. */
  readonly config: ClusterConfig | undefined;
  /** What was not mapped, with its place: `FILE:LINE:COL: ...`. */
  readonly remarks: readonly (Problem & Pick<Remark, 'level'>)[];
}

export interface LoadSettings {
  /** Return what cannot be mapped as remarks, instead of refusing the file. */
  readonly tolerant?: boolean;
}

/** @throws KindboxError usage, with all that is wrong and where. */
export async function loadConfig(source: ConfigSource, { tolerant = false }: LoadSettings = {}): Promise<LoadedConfig> {
  const text = await readSource(source);
  const document = ConfigDocument.parse(text);
  const { file, value } = document;
  const apiVersion = valueAtPath(value, ['apiVersion']);
  if (apiVersion === API_VERSION) {
    const config = checked(document, clusterSchema, value, (path) => path);
    return { file, folder: text.folder, format: 'kindbox', input: value as ClusterConfigInput, config, remarks: [] };
  }
  if (apiVersion !== KIND_API_VERSION) throw unknownVersion(document, apiVersion);
  const mapped = fromKind(checked(document, kindSchema, value, (path) => path));
  const remarks = mapped.remarks.map((remark) => ({ ...document.positionOf(remark.path, 'key'), level: remark.level, message: remark.message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const errors = remarks.filter(({ level }) => level === 'error');
  const config = checkMapped(document, mapped, tolerant ? undefined : errors);
  // kind resolves relative paths from where it is called, and not from its file.
  return { file, folder: source.workingFolder, format: 'kind', input: mapped.config, config, remarks };
}

function checkMapped(document: ConfigDocument, { config, origin }: MappedConfig, errors: readonly Problem[] | undefined): ClusterConfig | undefined {
  const result = clusterSchema.safeParse(config);
  const problems = [...errors ?? [], ...(result.success ? [] : problemsOf(document, clusterSchema, result.error.issues, config, origin))];
  if (problems.length > 0) throw configError(document.file, problems);
  return result.data;
}

function checked<T>(document: ConfigDocument, schema: core.$ZodType<T> & { safeParse(value: unknown): { success: boolean; data?: T; error?: core.$ZodError } }, value: unknown, origin: (path: Path) => Path): T {
  const result = schema.safeParse(value);
  if (result.error !== undefined) throw configError(document.file, problemsOf(document, schema, result.error.issues, value, origin));
  return result.data as T;
}

function problemsOf(document: ConfigDocument, schema: core.$ZodType, issues: readonly core.$ZodIssue[], value: unknown, origin: (path: Path) => Path): Problem[] {
  return findings(issues, value, (path) => fieldsOf(schema, path)).map(({ path, subject, ofKey, message }) => {
    const name = printable(fieldName(origin(subject)));
    return { ...document.positionOf(origin(path), ofKey ? 'key' : 'value'), message: name === '' ? message : `${name}: ${message}` };
  });
}

function unknownVersion(document: ConfigDocument, found: unknown): Error {
  const known = [API_VERSION, KIND_API_VERSION];
  const text = typeof found === 'string' ? found : '';
  const meant = closest(text, known);
  const message = found === undefined
    ? `apiVersion is missing; it is ${known.join(', or ')} for a file of kind's`
    : `apiVersion: "${printable(text)}" is not ${known.join(' or ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  return configError(document.file, [{ ...document.positionOf(['apiVersion']), message }]);
}
