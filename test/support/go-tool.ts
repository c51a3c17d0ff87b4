import { access, chmod, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificateAuthorities, goVariables, proxyVariables } from '../../src/images/build/host-environment.js';
import { CACHE_VOLUME } from '../../src/images/build/names.js';
import { tarOf } from '../../src/images/build/source-tree.js';
import { docker } from './docker.js';
import { builderImage } from './probe-image.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/kindbox-test/', import.meta.url));

/** A program from the Go module proxy, compiled once a version by the builder of the node image. @returns its path */
export async function ensureGoTool(module: string, version: string): Promise<string> {
  const program = join(CACHE, `${basename(module)}-${version}`);
  try {
    await access(program);
  } catch {
    await mkdir(CACHE, { recursive: true });
    await compile(`${module}@${version}`, basename(module), program);
  }
  return program;
}

async function compile(wanted: string, name: string, target: string): Promise<void> {
  const authorities = await certificateAuthorities(process.env);
  const variables = { ...proxyVariables(process.env), ...goVariables(process.env), ...authorities?.variables, CGO_ENABLED: '0', GOBIN: '/out' };
  const container = await docker([
    'create', ...Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    '--volume', `${CACHE_VOLUME}:/cache`, await builderImage(), 'go', 'install', wanted,
  ]);
  try {
    if (authorities !== undefined) await docker(['cp', '-', `${container}:/`], { stdin: 'pipe', input: await tarOf([authorities.file]) });
    await docker(['start', '--attach', container]);
    await docker(['cp', `${container}:/out/${name}`, `${target}.new`]);
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
  await chmod(`${target}.new`, 0o755);
  await rename(`${target}.new`, target);
}
