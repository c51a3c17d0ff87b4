import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, run } from '../machine/commands.mjs';
import { results, root } from '../workspace/paths.mjs';

const jest = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];

/** Runs one project of jest.config.js. @returns {{name: string, passed: number, failed: number}} */
export async function runJest(project, options = [], env = {}) {
  const file = join(results, `${project}.json`);
  rmSync(file, { force: true });
  // Of a set-up that failed something may still run, for which jest would wait for ever.
  const argv = [process.execPath, ...jest, '--selectProjects', project, '--forceExit', '--json', '--outputFile', file, ...options];
  const { code } = await run(argv, { cwd: root, show: true, env });
  if (!existsSync(file)) return counted(project, 0, 0, code || 1);
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numTotalTests } = JSON.parse(readFileSync(file, 'utf8'));
  // A project without a single test has not passed.
  return counted(project, numPassedTests, numFailedTests + numRuntimeErrorTestSuites, numTotalTests === 0 ? 1 : code);
}

/** A program that checks something as a whole: it has no tests to count, but it can fail. */
export async function runCheck(name, argv) {
  const { code } = await run(argv, { cwd: root, show: true });
  return counted(name, 0, 0, code);
}

/** Tests written in Go, of a folder with a go.mod. */
export async function runGoTests(name, folder) {
  const { code, out, err } = await run([findCommand('go'), 'test', '-json', './...'], { cwd: join(root, folder), env: { GOWORK: 'off' } });
  const events = out.toString().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const ended = (action) => events.filter((event) => event.Action === action && event.Test && !event.Test.includes('/')).length;
  if (code !== 0) process.stderr.write(`${err}${events.map((event) => event.Output ?? '').join('')}`);
  return counted(name, ended('pass'), ended('fail'), code);
}

export const hasGoTests = (folder) =>
  existsSync(join(root, folder)) && readdirSync(join(root, folder)).some((file) => file.endsWith('_test.go'));

/** Tests of the scripts themselves, which must run where nothing is installed: on Node's own runner. */
export async function runNodeTests(name, folder, env = {}) {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.test.mjs')).map((file) => join(folder, file));
  const reporters = [['spec', 'stderr'], ['tap', 'stdout']];
  const flags = reporters.flatMap(([kind, target]) => [`--test-reporter=${kind}`, `--test-reporter-destination=${target}`]);
  const { code, out, err } = await run([process.execPath, '--test', ...flags, ...files], { cwd: root, env });
  process.stderr.write(err);
  const total = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(out.toString())?.[1] ?? 0);
  return counted(name, total('pass'), total('fail'), code);
}

function counted(name, passed, failed, code) {
  return { name, passed, failed: failed === 0 && code !== 0 ? 1 : failed };
}
