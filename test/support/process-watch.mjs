// Notes the command lines and environments of all processes, as often as it can, until its stdin ends; then prints them.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const seen = { argv: new Set(), environ: new Set() };
const known = new Map();
let ended = false;
process.stdin.on('end', () => { ended = true; }).resume();

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended, or has no such file
  }
}

while (!ended) {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const argv = read(`/proc/${pid}/cmdline`);
    // A process that executes another program has another environment.
    if (argv === '' || known.get(pid) === argv) continue;
    known.set(pid, argv);
    seen.argv.add(argv);
    seen.environ.add(read(`/proc/${pid}/environ`));
  }
  await sleep(5);
}
process.stdout.write(JSON.stringify({ argv: [...seen.argv].join('\n'), environ: [...seen.environ].join('\n') }));
