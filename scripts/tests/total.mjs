// total.mjs CODE: prints the last line of CI, given the exit code of `npm test`, and fails when anything did.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { results } from '../workspace/paths.mjs';

const code = Number(process.argv[2]);
const { passed, failed } = totalOf(readSummary());
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || code !== 0 ? code || 1 : 0;

function totalOf(summary) {
  const sum = (key) => summary.reduce((total, runner) => total + runner[key], 0);
  const failures = sum('failed');
  return { passed: sum('passed'), failed: failures === 0 && code !== 0 ? 1 : failures };
}

function readSummary() {
  try {
    return JSON.parse(readFileSync(join(results, 'summary.json'), 'utf8'));
  } catch {
    // It never came to running a test.
    return [{ name: 'preparation', passed: 0, failed: 1 }];
  }
}
