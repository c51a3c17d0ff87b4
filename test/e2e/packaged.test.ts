import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { removeLeftovers } from '../support/leftovers.js';
import { filePrefix } from '../support/names.js';
import { anyRuntime } from '../support/runtimes.js';

const root = process.cwd();

/** kindbox as npm gives it to those who have no checkout. */
describe('the package', () => {
  let elsewhere: string;
  let tarball: string;

  const npx = async (...argv: string[]): Promise<string> => {
    // Its own cache of npx: what an earlier run installed must not be taken for what was packed now.
    const options = { cwd: elsewhere, env: { HOME: join(elsewhere, 'home'), KUBECONFIG: '' }, stdin: 'ignore' } as const;
    return (await execa('npx', ['--yes', `--package=${tarball}`, 'kindbox', ...argv], options)).stdout;
  };

  beforeAll(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'kindbox-packaged-'));
    await mkdir(join(elsewhere, 'home'));
    const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', elsewhere], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    tarball = join(elsewhere, packed.filename);
    expect(packed.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['bin/kindbox', 'images/k8s-node/Dockerfile', 'oclif.manifest.json', 'dist/src/index.d.ts', 'LICENSE']));
  });
  afterAll(async () => {
    await removeLeftovers(filePrefix);
    await rm(elsewhere, { recursive: true, force: true });
  });

  test('runs with npx, and shows its help', async () => {
    expect(await npx('--help')).toContain('Kubernetes clusters whose nodes are ordinary, unprivileged containers');
    expect(JSON.parse(await npx('version', '--json'))).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string });
  });

  test('makes a cluster, lists and destroys it', async () => {
    const name = `${filePrefix}p`;
    const created = JSON.parse(await npx('create', '--num-workers=0', `--runtime=${anyRuntime}`, '--wait-all', '--json', name)) as { kubeconfig: string };
    expect(created.kubeconfig).toBe(join(elsewhere, 'home', '.kube', `${name}-config`));
    expect(JSON.parse(await npx('list', '--json'))).toMatchObject({ clusters: expect.arrayContaining([expect.objectContaining({ name, state: 'running' })]) as unknown[] });
    await npx('destroy', name);
    expect(JSON.stringify(JSON.parse(await npx('list', '--json')))).not.toContain(name);
  });

  test('can be imported as a library', async () => {
    const { stdout } = await execa('npx', ['--yes', `--package=${tarball}`, 'sh', '-c', 'dirname "$(dirname "$(realpath "$(command -v kindbox)")")"'], {
      cwd: elsewhere, env: { HOME: join(elsewhere, 'home') }, stdin: 'ignore',
    });
    const script = `const { createCluster, EXIT_CODES } = await import('kindbox'); console.log(typeof createCluster, EXIT_CODES.usage);`;
    const library = await execa(process.execPath, ['--input-type=module', '--eval', script], { cwd: stdout.trim() });
    expect(library.stdout).toBe('function 2');
  });
});
