import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toStderr } from '../machine/commands.mjs';
import { results } from '../workspace/paths.mjs';
import { runClusterTests } from './cluster-tests.mjs';

const rows = join(results, 'faults.jsonl');
const table = join(results, 'faults.txt');

/** They have cells that take less than a minute each, of which `npm test` runs a few; the others are for the night. */
const someFiles = ['--testPathPatterns', 'faults/(create|verbs|host|.*\\.daily)\\.test'];

/** Runs all faults, or `some`; the table of command, stage, fault and result is printed, and kept in test-results. */
export async function runFaults(which, options = []) {
  mkdirSync(results, { recursive: true });
  for (const file of [rows, table]) rmSync(file, { force: true });
  const outcome = which === 'some'
    ? await runClusterTests('faults', someFiles, { KINDBOX_TEST_FAULTS: 'some' })
    : await runClusterTests('faults', options);
  const text = tableOf(rows);
  writeFileSync(table, `${text}\n`);
  toStderr(`\n${text}`);
  return outcome;
}

function tableOf(file) {
  const records = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
  const cells = records.map(({ verb, stage, fault, exitCode, passed, milliseconds }) =>
    [verb, stage, fault, exitCode ?? '-', passed ? 'as promised' : 'FAILED', `${(milliseconds / 1000).toFixed(1)} s`].map(String));
  const all = [['COMMAND', 'STAGE', 'FAULT', 'EXIT', 'RESULT', 'TIME'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
