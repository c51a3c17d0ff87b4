import { execa } from 'execa';

/** Seconds. Docker drops what it does not let through: the other side never answers. */
const PATIENCE = 5;
const REFUSED_OR_SILENT = new Set([1, 124]);

/** Whether a node can open a connection. @throws when the attempt itself fails. */
export async function canConnect(node: string, address: string, port: number): Promise<boolean> {
  const attempt = ['timeout', String(PATIENCE), 'bash', '-c', 'exec 3<>/dev/tcp/$0/$1', address, String(port)];
  const { exitCode, stderr } = await execa('docker', ['exec', node, ...attempt], { stdin: 'ignore', reject: false });
  if (exitCode === 0) return true;
  if (exitCode !== undefined && REFUSED_OR_SILENT.has(exitCode)) return false;
  throw new Error(`${node} could not try to connect: ${stderr}`);
}
