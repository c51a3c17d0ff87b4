import { readFile } from 'node:fs/promises';
import { docker } from '../support/docker.js';

const SCRIPT = new URL('../../images/ordinary-layout/rootfs/usr/local/lib/kindbox/assemble.d/90-ordinary-layout', import.meta.url);

/** A node image like `image`, in which preloaded images lie as in other node images: every node has a copy. @returns `tag` */
export async function inOrdinaryLayout(image: string, tag: string): Promise<string> {
  const entrypoint = await docker(['image', 'inspect', '--format', '{{json .Config.Entrypoint}}', image]);
  const container = await docker(['create', '--interactive', '--network', 'none', '--entrypoint', '/bin/sh', image, '-s']);
  try {
    await docker(['start', '--attach', '--interactive', container], { stdin: 'pipe', input: await readFile(SCRIPT, 'utf8') });
    await docker(['commit', '--change', `ENTRYPOINT ${entrypoint}`, '--change', 'CMD []', container, tag]);
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
  return tag;
}
