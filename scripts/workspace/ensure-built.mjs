import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, runMain, toStderr } from '../machine/commands.mjs';
import { hashOf } from './file-hash.mjs';
import { kindbox, root } from './paths.mjs';

const lock = join(root, 'package-lock.json');
const npmsOwnRecord = join(root, 'node_modules/.package-lock.json');
const installStamp = join(root, 'node_modules/.kindbox-lock-hash');
const buildStamp = join(root, 'dist/.kindbox-source-hash');
const sources = ['src', 'commands', 'scripts/build.mjs', 'scripts/workspace/bundle.mjs', 'scripts/workspace/compiled-code.mjs', 'scripts/workspace/keep-compiled-code.cjs', 'tsconfig.json', 'package.json', 'package-lock.json'];

/** Leaves bin/kindbox ready to run: packages as the lock file says, and a build of the sources as they are. */
export async function ensureBuilt({ log = toStderr } = {}) {
  await ensurePackages(log);
  await ensureBuild(log);
}

async function ensurePackages(log) {
  const hash = hashOf(root, ['package-lock.json']);
  if (arePackagesCurrent(hash)) return;
  log('Installing the npm packages of package-lock.json: npm ci');
  // NODE_ENV=production in somebody's profile would leave out the compiler.
  await mustRun(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, show: true });
  writeFileSync(installStamp, hash);
}

function arePackagesCurrent(hash) {
  if (!existsSync(npmsOwnRecord)) return false;
  if (existsSync(installStamp)) return readFileSync(installStamp, 'utf8') === hash;
  // Somebody ran npm by hand: theirs is good if it is younger than the lock file.
  return statSync(npmsOwnRecord).mtimeMs >= statSync(lock).mtimeMs;
}

async function ensureBuild(log) {
  const hash = hashOf(root, sources);
  const isCurrent = existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === hash;
  if (isCurrent && existsSync(kindbox)) return;
  log('Building bin/kindbox: npm run build');
  await mustRun(['npm', 'run', '--silent', 'build'], { cwd: root, show: true });
  writeFileSync(buildStamp, hash);
}

runMain(import.meta.url, () => ensureBuilt());
