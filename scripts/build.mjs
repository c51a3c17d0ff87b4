// Builds dist/ from nothing: compiled sources, the files that tsc does not copy, the command manifest, the help texts and the program.
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './workspace/bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest = join(root, 'oclif.manifest.json');
const require = createRequire(import.meta.url);

async function compile() {
  await Promise.all([rm(dist, { recursive: true, force: true }), rm(manifest, { force: true })]);
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

async function copyAssets() {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile() && /\.(ya?ml|json)$/.test(each.name))) {
    const source = join(entry.parentPath ?? entry.path, entry.name);
    const target = join(dist, relative(root, source));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
}

// Without a manifest every command is imported at each start; a stale one would be believed silently.
async function writeManifest() {
  const { Plugin } = require('@oclif/core/config');
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  await writeFile(manifest, `${JSON.stringify(plugin.manifest, null, 2)}\n`);
}

async function writeHelp() {
  const { renderAllHelp } = await import(pathToFileURL(join(dist, 'src', 'ui', 'help.js')).href);
  await writeFile(join(dist, 'help.json'), JSON.stringify(await renderAllHelp(root)));
}

// Checked in as well, so that it can be linked to; a test tells when it is not what the code says.
async function writeSchema() {
  const { clusterJsonSchema } = await import(pathToFileURL(join(dist, 'src', 'config', 'json-schema.js')).href);
  await mkdir(join(root, 'schema'), { recursive: true });
  await writeFile(join(root, 'schema', 'v1alpha1.json'), `${JSON.stringify(clusterJsonSchema(), null, 2)}\n`);
}

// The help is the same wherever it was built; oclif reads these when it is loaded.
Object.assign(process.env, { OCLIF_COLUMNS: '80', NO_COLOR: '1', FORCE_COLOR: '0' });
await compile();
await copyAssets();
await writeManifest();
await writeHelp();
await writeSchema();
await bundle(root);
await chmod(join(root, 'bin', 'kindbox'), 0o755);
