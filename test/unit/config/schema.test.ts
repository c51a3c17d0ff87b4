import { readFile } from 'node:fs/promises';
import { clusterJsonSchema } from '../../../src/config/json-schema.js';

test('the schema that is published is the one that is checked by', async () => {
  const published: unknown = JSON.parse(await readFile(new URL('../../../schema/v1alpha1.json', import.meta.url), 'utf8'));
  expect(published).toEqual(JSON.parse(JSON.stringify(clusterJsonSchema())));
});

test('it is in the package', async () => {
  const { files, exports } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as { files: string[]; exports: Record<string, unknown> };
  expect(files).toContain('schema');
  expect(exports['./schema/v1alpha1.json']).toBe('./schema/v1alpha1.json');
});

test('what may be left out is not required, and no other field is allowed', () => {
  expect(clusterJsonSchema()).toMatchObject({ type: 'object', required: ['apiVersion', 'kind'], additionalProperties: false });
});
