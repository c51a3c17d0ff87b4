import { fileURLToPath } from 'node:url';
import { createArgv } from '../../../.github/actions/kindbox/lib/create.mjs';
import { parseInputs } from '../../../.github/actions/kindbox/lib/inputs.mjs';
import { readAction } from '../../support/actions-runner.js';

const ACTION = fileURLToPath(new URL('../../../.github/actions/kindbox', import.meta.url));

function inputs(given: Readonly<Record<string, string>> = {}, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof parseInputs> {
  return parseInputs({ ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])), ...environment }, '/workspace');
}

describe('inputs', () => {
  test('every one that action.yml declares is read, and no other', async () => {
    const asked = new Set<string>();
    const environment = new Proxy<Record<string, string | undefined>>({}, {
      get: (_, name) => {
        if (String(name).startsWith('INPUT_')) asked.add(String(name).slice('INPUT_'.length).toLowerCase());
        return undefined;
      },
    });
    parseInputs(environment, '/workspace');
    expect([...asked].sort()).toEqual(Object.keys((await readAction(ACTION)).inputs).sort());
  });

  test('the defaults of action.yml are those of a runner that gives none', async () => {
    const declared = Object.entries((await readAction(ACTION)).inputs).flatMap(([name, { default: initial }]) => (initial === undefined || name === 'job_status' ? [] : [[name, initial] as const]));
    expect(inputs(Object.fromEntries(declared))).toEqual(inputs());
  });

  test('an empty input is an absent one', () => {
    expect(inputs({ cluster_name: ' ', workers: '', config: '', kubeconfig: '', version: '', wait_all: '' })).toEqual(inputs());
  });

  test('paths are relative to the workspace', () => {
    expect(inputs({ config: 'a/b.yaml', kubeconfig: '../k', logs_dir: '/logs', version: 'file:k.tgz' }))
      .toMatchObject({ config: '/workspace/a/b.yaml', kubeconfig: '/k', logsFolder: '/logs', version: 'file:/workspace/k.tgz' });
  });

  test.each([['v0.2.0', '0.2.0'], ['0.2.0-rc.1', '0.2.0-rc.1'], ['latest', 'latest'], ['vNext', 'vNext']])('the version %s is npm\'s %s', (given, version) => {
    expect(inputs({ version: given }).version).toBe(version);
  });

  test.each([
    ['version', '--global'], ['version', 'x@evil'], ['version', 'https://example.org/x.tgz'], ['version', '../x'], ['workers', 'two'], ['workers', '-1'], ['wait_all', 'yes'],
    ['kubectl', '1'], ['install_only', 'maybe'], ['ignore_failed_clean', 'no'], ['logs', 'sometimes'], ['log_level', 'trace'],
  ])('%s is not %s, and the message names it', (name, value) => {
    expect(() => inputs({ [name]: value })).toThrow(name);
  });

  test('step debug logging is the log level debug', () => {
    expect(inputs({ log_level: 'quiet' }, { RUNNER_DEBUG: '1' }).logLevel).toBe('debug');
  });
});

describe('the command line of create', () => {
  test('what the workflow leaves out is left to the configuration file and kindbox', () => {
    expect(createArgv(inputs({ wait_all: 'false', config: 'c.yaml' })))
      .toEqual(['create', '--json', '--progress=json', '--retain', '--config=/workspace/c.yaml', '--kubeconfig=separate', '--', 'kindbox']);
  });

  test('what the workflow sets is passed on', () => {
    const given = { cluster_name: 'ci', node_image: 'r/i:v1', k8s_version: 'v1.36', workers: '3', runtime: 'runc', cni: 'none', wait: '90s', kubeconfig: '/k' };
    expect(createArgv(inputs(given))).toEqual([
      'create', '--json', '--progress=json', '--retain', '--image=r/i:v1', '--k8s-version=v1.36', '--num-workers=3', '--runtime=runc', '--cni=none', '--wait=90s',
      '--wait-all', '--kubeconfig=merge', '--', 'ci',
    ]);
  });

  test('no value becomes an option', () => {
    const hostile = { cluster_name: '--all', node_image: '--retain', runtime: '--help', cni: '-x', wait: '--version', k8s_version: '-v' };
    const argv = createArgv(inputs(hostile));
    const options = argv.slice(0, argv.indexOf('--')).filter((word) => !/^--[a-z0-9-]+=/.test(word));
    expect(options).toEqual(['create', '--json', '--retain', '--wait-all'].filter((word) => argv.includes(word)));
    expect(argv.slice(-2)).toEqual(['--', '--all']);
  });
});
