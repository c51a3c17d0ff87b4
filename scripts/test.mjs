// npm test [-- --only unit|e2e]: everything that is to be proven, from a bare machine.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findCommand, mustRun, toStderr } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { ensureNetworkTools } from './machine/ensure-network-tools.mjs';
import { ensureStandin } from './machine/ensure-standin.mjs';
import { runClusterTests } from './tests/cluster-tests.mjs';
import { runFaults } from './tests/faults.mjs';
import { hasGoTests, runCheck, runGoTests, runJest, runNodeTests } from './tests/runners.mjs';
import { newestBuilderImage } from './workspace/docker-cli.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox, results } from './workspace/paths.mjs';

const goFolders = ['test/support/sysbox-standin', 'images/k8s-node/source/archive'];
const summary = [];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
if (values.only !== undefined && !['unit', 'e2e'].includes(values.only)) {
  toStderr(`--only takes unit or e2e, not ${values.only}`);
  process.exit(2);
}
mkdirSync(results, { recursive: true });
rmSync(join(results, 'summary.json'), { force: true });

const prepared = await step('preparation', ensureBuilt);
if (prepared && values.only !== 'e2e') await testWithoutMachine();
if (prepared && values.only !== 'unit') await testOnMachine();
report();

async function testWithoutMachine() {
  await step('typecheck', () => runCheck('typecheck', ['npm', 'run', '--silent', 'typecheck']));
  await step('lint', () => runCheck('lint', ['npm', 'run', '--silent', 'lint']));
  await step('unit', () => runJest('unit'));
  for (const folder of goFolders.filter(hasGoTests)) {
    if (findCommand('go')) await step(`go test ${folder}`, () => runGoTests(`go test ${folder}`, folder));
    else toStderr(`There is no go here: the tests of ${folder} are left out.`);
  }
}

async function testOnMachine() {
  if (!(await step('docker', ensureDocker)) || !(await step('kernel', ensureKernel))) return;
  if (!(await step('node images', buildNodeImages))) return;
  const builderImage = await newestBuilderImage();
  if (!(await step('stand-in for Sysbox', () => ensureStandin({ builderImage })))) return;
  if (!(await step('network tools', ensureNetworkTools))) return;
  await step('machine scripts', () => runNodeTests('machine scripts', 'scripts/machine', builderVariable(builderImage)));
  await step('e2e', () => runClusterTests('e2e'));
  await step('faults', () => runFaults('some'));
}

function builderVariable(image) {
  return image === undefined ? {} : { KINDBOX_TEST_BUILDER_IMAGE: image };
}

async function buildNodeImages() {
  await ensureBaseImage();
  // Those that are tested by day, and by night the nodes with Docker inside (jest.config.js).
  for (const version of ['v1.36.3', 'v1.34.4', ...(process.env.KINDBOX_TEST_EVERYTHING ? ['v1.23.17'] : [])]) {
    await mustRun([kindbox, 'image', 'build', '--k8s-version', version, '--progress', 'plain'], { show: true });
  }
  // Of what was compiled for the first: only the provisioner of volumes is new.
  await mustRun([kindbox, 'image', 'build', '--for', 'kind', '--progress', 'plain'], { show: true });
}

/** Does a part of the work and notes how it went; a part that throws has failed. @returns whether the next may build on it */
async function step(name, action) {
  toStderr(`\n== ${name}`);
  const startedAt = Date.now();
  let outcome;
  try {
    const returned = await action();
    outcome = { name, passed: returned?.passed ?? 0, failed: returned?.failed ?? 0 };
  } catch (error) {
    toStderr(error.message);
    outcome = { name, passed: 0, failed: 1 };
  }
  summary.push({ ...outcome, seconds: Math.round((Date.now() - startedAt) / 1000) });
  // At once: what comes next may be killed.
  writeFileSync(join(results, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
  return outcome.failed === 0;
}

function report() {
  const width = Math.max(...summary.map(({ name }) => name.length));
  toStderr('\n== summary');
  for (const { name, passed, failed, seconds } of summary) {
    toStderr(`${name.padEnd(width)}  ${String(passed).padStart(4)} passed ${String(failed).padStart(4)} failed ${String(seconds).padStart(6)} s`);
  }
  process.exitCode = summary.some(({ failed }) => failed > 0) ? 1 : 0;
}
