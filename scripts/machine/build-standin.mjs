import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand, mustRun, run } from './commands.mjs';

export const standinSource = fileURLToPath(new URL('../../test/support/sysbox-standin/', import.meta.url));

const buildFlags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
const goSettings = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off' };

// Reads the source as a tar stream and writes the binary to stdout; Debian and golang.org put Go in different places.
const buildInContainer = `set -e
export PATH="$PATH:/usr/local/go/bin" GOCACHE=/tmp/go-cache
mkdir /tmp/standin && cd /tmp/standin && tar -xf -
go build "$@" -o /tmp/sysbox-runc . >&2
cat /tmp/sysbox-runc`;

const sourceFiles = (source) =>
  readdirSync(source)
    .filter((name) => name === 'go.mod' || (name.endsWith('.go') && !name.endsWith('_test.go')))
    .sort();

export function sourceDigest(source = standinSource) {
  const hash = createHash('sha256').update(process.arch);
  for (const name of sourceFiles(source)) hash.update(`\0${name}\0`).update(readFileSync(join(source, name)));
  return hash.digest('hex');
}

/** The compiled stand-in, as a Buffer. */
export async function buildStandin({ builderImage, host, log, source = standinSource, goCommand = findCommand('go') }) {
  if (goCommand && (await isRecentGo(goCommand))) {
    log(`Compiling the stand-in for Sysbox with ${goCommand}`);
    return buildOnHost(goCommand, source);
  }
  if (!builderImage) throw new Error('To compile the stand-in for Sysbox, Go 1.21 or a builder image is needed.');
  log(`Compiling the stand-in for Sysbox in a container of ${builderImage}`);
  const archive = await mustRun(['tar', '-C', source, '-cf', '-', ...sourceFiles(source)]);
  const settings = Object.entries(goSettings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const argv = ['docker', '--host', host, 'run', '--rm', '--interactive', '--pull', 'never', '--network', 'none', ...settings, '--entrypoint', 'sh'];
  const built = await mustRun([...argv, builderImage, '-c', buildInContainer, 'sh', ...buildFlags], { input: archive.out });
  return built.out;
}

async function isRecentGo(command) {
  const { code, out } = await run([command, 'env', 'GOVERSION'], { env: goSettings });
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(out.toString()) ?? [];
  return code === 0 && (Number(major) > 1 || Number(minor) >= 21);
}

async function buildOnHost(command, source) {
  const folder = mkdtempSync(join(tmpdir(), 'kindbox-standin-'));
  try {
    const binary = join(folder, 'sysbox-runc');
    await mustRun([command, 'build', ...buildFlags, '-o', binary, '.'], { cwd: source, env: goSettings });
    return readFileSync(binary);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
