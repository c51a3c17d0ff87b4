import { access, chmod, mkdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runInBuilder } from './builder.js';
import { CACHE } from './cache.js';

/** A program from the Go module proxy, compiled once a version by the builder of the node image. @returns its path */
export async function ensureGoTool(module: string, version: string): Promise<string> {
  const program = join(CACHE, `${basename(module)}-${version}`);
  try {
    await access(program);
  } catch {
    await mkdir(CACHE, { recursive: true });
    await runInBuilder({
      argv: ['go', 'install', `${module}@${version}`], variables: { CGO_ENABLED: '0', GOBIN: '/out' },
      take: [[`/out/${basename(module)}`, `${program}.new`]],
    });
    await chmod(`${program}.new`, 0o755);
    await rename(`${program}.new`, program);
  }
  return program;
}
