import { Document } from 'yaml';
import type { LoadedConfig } from './load.js';
import type { ClusterConfigInput } from './schema.js';

/** Kubernetes' tools read YAML 1.1, in which a bare `yes` is a boolean: such texts come out in quotes. */
export function configYaml(config: ClusterConfigInput, comment?: string): string {
  const document = new Document(config, { version: '1.1', aliasDuplicateObjects: false });
  if (comment !== undefined) document.commentBefore = comment;
  return document.toString({ lineWidth: 0, directives: false });
}

/** What was not mapped, for the head of the file that it is missing from. */
export function remarksComment({ file, remarks }: Pick<LoadedConfig, 'file' | 'remarks'>): string | undefined {
  if (remarks.length === 0) return undefined;
  const lines = remarks.map(({ line, column, level, message }) => ` ${level === 'error' ? 'NOT MAPPED' : 'Note'} (${file}:${line}:${column}): ${message}`);
  return [` Migrated from a configuration of kind's.`, ...lines].map((line) => line.replaceAll(/[^\x20-\x7e]/g, '?')).join('\n');
}
