import { stringify } from 'yaml';

/** Kubernetes reads YAML 1.1, in which a bare `yes` or `on` is a boolean: those strings must come out quoted. */
export function yamlDocuments(documents: readonly object[]): string {
  return documents.map((document) => stringify(document, { version: '1.1' })).join('---\n');
}
