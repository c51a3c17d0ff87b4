import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalogue, startConfig } from '../../../src/ui/command/catalogue.js';

const root = mkdtempSync(join(tmpdir(), 'kindbox-catalogue-'));
afterAll(() => rmSync(root, { recursive: true }));

test('finds a command by each of its names', () => {
  const commands = {
    list: { hiddenAliases: ['ls', 'get:clusters'] },
    'kubeconfig:get': {},
  };
  writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify({ commands }));
  const catalogue = new Catalogue(root);
  expect(catalogue.ids).toEqual(['list', 'ls', 'get:clusters', 'kubeconfig:get']);
  expect(catalogue.topics).toEqual(['list', 'kubeconfig', 'kubeconfig:get']);
  expect(catalogue.idOf('ls')).toBe('list');
  expect([['get', 'clusters'], ['kubeconfig'], []].map((words) => catalogue.named(words))).toEqual([['list'], ['kubeconfig'], []]);
});

test('a start configuration has what commands ask for', async () => {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'kindbox', version: '1.2.3', oclif: { bin: 'kindbox' } }));
  const config = startConfig(root);
  expect(config).toMatchObject({ root, name: 'kindbox', version: '1.2.3', bin: 'kindbox' });
  expect(config.scopedEnvVarKeys('CONTENT_TYPE')).toEqual(['KINDBOX_CONTENT_TYPE']);
  expect(await config.runHook('preparse', { argv: [], options: {} })).toEqual({ successes: [], failures: [] });
});
