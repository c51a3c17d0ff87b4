// The program in few files: hundreds of small modules took longer to find and to open than all that `kindbox list` does.
// The library (dist/src) stays as tsc leaves it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { keepCompiledCode } from './compiled-code.mjs';

/** Loaded by packages at their start, and used by nothing that kindbox calls. What is called all the same fails as undefined. */
const UNUSED_PACKAGES = {
  ssh2: "docker-modem's own ssh transport; kindbox gives it an agent that runs the user's ssh",
  '@grpc/grpc-js': "dockerode's BuildKit sessions, as the two below",
  '@grpc/proto-loader': '',
  protobufjs: '',
  typescript: "oclif's commands in TypeScript, as the one below",
  'ts-node': '',
};
/** Modules of @oclif/core. kindbox has its own dispatcher, progress and reports, and renders help when it is built. */
const UNUSED_IN_OCLIF = new Set(['config', 'config/ts-path', 'errors/handle', 'help', 'module-loader', 'ux/action/simple', 'ux/action/spinner']);

const withoutUnused = {
  name: 'without what is unused',
  setup({ onResolve, onLoad }) {
    const namespace = 'unused';
    onResolve({ filter: new RegExp(`^(${Object.keys(UNUSED_PACKAGES).join('|')})$`) }, ({ path }) => ({ path, namespace }));
    onResolve({ filter: /^\./ }, ({ path, importer }) => (UNUSED_IN_OCLIF.has(oclifModule(importer, path)) ? { path, namespace } : undefined));
    onLoad({ filter: /./, namespace }, () => ({ contents: 'exports.__esModule = true; exports.default = class {};' }));
  },
};

/** Node's modules that take long to load, and that most runs do not need. */
const LATE_MODULES = ['https', 'http2', 'tls', 'crypto', 'child_process', 'zlib'];

/** Their exports become getters, which an assignment to an heir replaces, as docker-modem does it. */
const lateModules = {
  name: 'modules of Node when they are used',
  setup({ onResolve, onLoad }) {
    const namespace = 'late';
    onResolve({ filter: new RegExp(`^(node:)?(${LATE_MODULES.join('|')})$`) }, ({ path, namespace: from }) => (from === namespace ? undefined : { path, namespace }));
    onLoad({ filter: /./, namespace }, async ({ path }) => ({ contents: `
      for (const name of ${JSON.stringify(Object.keys((await import(path)).default))}) Object.defineProperty(exports, name, {
        enumerable: true, configurable: true, get: () => require(${JSON.stringify(path)})[name],
        set(value) { Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: true }); },
      });` }));
  },
};

function oclifModule(importer, path) {
  const [folder, file] = importer.split(/[/\\]@oclif[/\\]core[/\\]lib[/\\]/);
  return file === undefined ? undefined : relative(folder, join(folder, dirname(file), path));
}

/** Writes dist/cli, and takes away what only it was made of. */
export async function bundle(root) {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  const dist = join(root, 'dist');
  const program = join(dist, 'cli/main.cjs');
  const { metafile } = await build({
    absWorkingDir: root, outfile: program, stdin: { contents: entryOf(commands), resolveDir: root, loader: 'ts' },
    // Only in CommonJS can code be cached by every version of Node, and built-in modules be had without wrapping each of their exports.
    bundle: true, format: 'cjs', platform: 'node', target: 'node20.11', supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'KINDBOX_URL' }, banner: { js: "const KINDBOX_URL = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [withoutUnused, lateModules], minifyWhitespace: true, minifySyntax: true, legalComments: 'none', metafile: true, sourcemap: 'linked', sourcesContent: false, logLevel: 'warning',
  });
  await writeFile(join(dist, 'cli/THIRD-PARTY-LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
  await Promise.all(['commands', 'src/ui'].map((folder) => rm(join(dist, folder), { recursive: true, force: true })));
  await cp(join(dist, 'src/cni/manifests'), join(dist, 'cli/manifests'), { recursive: true });
  await keepCompiledCode(root, program);
}

function entryOf(commands) {
  const loaders = Object.entries(commands).map(([id, { relativePath }]) => {
    const source = `./${relativePath.slice(1).join('/').replace(/\.js$/, '.ts')}`;
    return `${JSON.stringify(id)}: () => import(${JSON.stringify(source)})`;
  });
  return `import { main } from './src/ui/main.ts';
    const commands = { ${loaders.join(', ')} };
    export const start = (argv, root) => main(argv, root, (id) => commands[id]());`;
}

function licensesOf(root, inputs) {
  const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter((folder) => folder !== undefined));
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file) && existsSync(join(root, folder, file)));
    return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(root, folder, file), 'utf8').trim())].join('\n\n');
  }).join(`\n\n${'-'.repeat(80)}\n\n`).concat('\n');
}
