import { spawn } from 'node:child_process';

/** What argv writes to its stdout, while its stderr (the progress) goes to ours, terminal and all. */
export function captureOutput(argv) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    // Ctrl-C reaches the child as well, which undoes its work: it is waited for, so nothing is left half done.
    const wait = () => {};
    process.on('SIGINT', wait);
    const out = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', wait);
      const text = Buffer.concat(out).toString();
      if (code === 0) resolve(text);
      // With --json an error goes to stdout as well.
      else reject(new Error(`${argv.join(' ')} failed (${code})\n${text}`));
    });
  });
}
