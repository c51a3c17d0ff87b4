// npm run faults [-- -t PATTERN]: every fault at every stage of a create, on real clusters; a table at the end.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { ensureStandin } from './machine/ensure-standin.mjs';
import { runClusterTests } from './tests/cluster-tests.mjs';
import { newestBuilderImage } from './workspace/docker-cli.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox, results } from './workspace/paths.mjs';

runMain(import.meta.url, async (args) => {
  await ensureBuilt();
  await ensureDocker();
  await ensureKernel();
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
  await ensureStandin({ builderImage: await newestBuilderImage() });
  mkdirSync(results, { recursive: true });
  const table = join(results, 'faults.jsonl');
  rmSync(table, { force: true });
  const { passed, failed } = await runClusterTests('faults', args);
  toStderr(`\n${tableOf(table)}\n\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});

function tableOf(file) {
  const rows = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
  const cells = rows.map(({ stage, fault, exitCode, left, milliseconds }) => [stage, fault, exitCode ?? 'killed', left, `${(milliseconds / 1000).toFixed(1)} s`].map(String));
  const all = [['STAGE', 'FAULT', 'EXIT', 'LEFT', 'TIME'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
