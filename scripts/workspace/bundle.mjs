// The program in few files: hundreds of small modules took longer to find and to open than all that `kindbox list` does.
// The library (dist/src) stays as tsc leaves it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

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

/** esbuild leaves calls of require for Node's own modules, which packages in CommonJS make, to a function that modules lack. */
const REQUIRE = "import { createRequire as createKindboxRequire } from 'node:module'; const require = createKindboxRequire(import.meta.url);";

const withoutUnused = {
  name: 'without what is unused',
  setup({ onResolve, onLoad }) {
    const namespace = 'unused';
    onResolve({ filter: new RegExp(`^(${Object.keys(UNUSED_PACKAGES).join('|')})$`) }, ({ path }) => ({ path, namespace }));
    onResolve({ filter: /^\./ }, ({ path, importer }) => (UNUSED_IN_OCLIF.has(oclifModule(importer, path)) ? { path, namespace } : undefined));
    onLoad({ filter: /./, namespace }, () => ({ contents: 'exports.__esModule = true; exports.default = class {};' }));
  },
};

function oclifModule(importer, path) {
  const [folder, file] = importer.split(/[/\\]@oclif[/\\]core[/\\]lib[/\\]/);
  return file === undefined ? undefined : relative(folder, join(folder, dirname(file), path));
}

/** Replaces the modules of dist/commands, where the manifest says that commands are, and writes dist/cli beside them. */
export async function bundle(root) {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  const modules = Object.values(commands).map(({ relativePath }) => relativePath.slice(1).join('/').replace(/\.js$/, ''));
  const dist = join(root, 'dist');
  await Promise.all([rm(join(dist, 'commands'), { recursive: true }), rm(join(dist, 'src/ui'), { recursive: true })]);
  const { metafile } = await build({
    absWorkingDir: root, outdir: dist, entryPoints: { 'cli/main': 'src/ui/main.ts', ...Object.fromEntries(modules.map((path) => [path, `${path}.ts`])) },
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20.11', chunkNames: 'cli/[name]-[hash]',
    banner: { js: REQUIRE }, plugins: [withoutUnused], legalComments: 'none', metafile: true, sourcemap: 'linked', sourcesContent: false, logLevel: 'warning',
  });
  await writeFile(join(dist, 'cli/THIRD-PARTY-LICENSES.txt'), licensesOf(root, Object.keys(metafile.inputs)));
}

function licensesOf(root, inputs) {
  const folders = new Set(inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter((folder) => folder !== undefined));
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file) && existsSync(join(root, folder, file)));
    return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(root, folder, file), 'utf8').trim())].join('\n\n');
  }).join(`\n\n${'-'.repeat(80)}\n\n`).concat('\n');
}
