import type Dockerode from 'dockerode';
import { dirname } from 'node:path/posix';
import { buffer } from 'node:stream/consumers';
import type { NodeFile } from '../types.js';

/**
 * Writes files into a container that has not been started. Docker tells their place to nobody but those who watch its
 * events, and their content to nobody; once a node of Sysbox runs, its files are out of Docker's sight (sysbox#866).
 */
export async function sendNodeFiles(container: Dockerode.Container, files: readonly NodeFile[]): Promise<void> {
  await container.putArchive(await nodeArchive(files), { path: '/' });
}

/** With the folders that the files are in: Docker makes missing ones with a mode that depends on its own umask. */
export async function nodeArchive(files: readonly NodeFile[]): Promise<Buffer> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const owner = { uid: 0, gid: 0, mtime: new Date() };
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) tar.entry({ ...owner, name: `${folder.slice(1)}/`, type: 'directory', mode: 0o755 });
  for (const { path, content, mode } of files) tar.entry({ ...owner, name: path.slice(1), mode }, content);
  tar.finalize();
  return buffer(tar);
}
