// Asks the registry for known holes in what package-lock.json names. SECURITY.md has the policy.
//   exit 0: none that count; 1: some do; 2: nobody could be asked, which is no pass.
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'];
/** What users install is held to more than what only developers run. */
const POLICY = [
  { name: 'what users install', argv: ['--omit=dev'], from: 'moderate' },
  { name: 'what developers run as well', argv: [], from: 'high' },
];

/** @returns how many holes count, or undefined when the answer tells nothing: no network, no such service. */
export function holesIn(answer, from) {
  let report;
  try {
    report = JSON.parse(answer);
  } catch {
    return undefined;
  }
  const counts = report?.metadata?.vulnerabilities;
  if (report?.error !== undefined || typeof counts !== 'object' || counts === null || typeof counts.total !== 'number') return undefined;
  return LEVELS.slice(LEVELS.indexOf(from)).reduce((sum, level) => sum + (counts[level] ?? 0), 0);
}

function audit() {
  let [found, unknown] = [0, false];
  for (const { name, argv, from } of POLICY) {
    const { stdout } = spawnSync('npm', ['audit', '--json', ...argv], { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 });
    const holes = holesIn(stdout ?? '', from);
    if (holes === undefined) {
      unknown = true;
      console.error(`FAILED  ${name}: the registry could not be asked, so nothing is known`);
      continue;
    }
    found += holes;
    console.error(`${holes === 0 ? 'ok     ' : 'FAILED '} ${name}: ${holes} known ${holes === 1 ? 'hole' : 'holes'} of the level ${from} or above`);
  }
  if (found > 0) console.error('See: npm audit');
  return found > 0 ? 1 : unknown ? 2 : 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = audit();
