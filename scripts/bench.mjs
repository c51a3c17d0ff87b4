// npm run bench -- --nodes 10 [--runtime R] [--runs N]: a table on stderr, and the figures as JSON on stdout.
import { randomBytes } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCluster } from '../test/bench/measure-cluster.mjs';
import { summarize, tableOf } from '../test/bench/summary.mjs';
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { daemonInfo } from './machine/docker-endpoint.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { runtimeFor } from './quickstart/runtime.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox } from './workspace/paths.mjs';

runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({
    args,
    options: { nodes: { type: 'string', default: '10' }, runtime: { type: 'string' }, runs: { type: 'string', default: '1' } },
  });
  const nodes = positive('nodes', values.nodes);
  const runs = positive('runs', values.runs);

  const { host } = await ensureDocker();
  await ensureKernel();
  await ensureBuilt();
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
  const info = await daemonInfo(host);
  const runtime = values.runtime ?? runtimeFor(info.Runtimes).runtime;

  const measured = [];
  for (let run = 1; run <= runs; run += 1) {
    toStderr(`Run ${run} of ${runs}: ${nodes} nodes on ${runtime}`);
    measured.push(await measureCluster({ name: `kbb${randomBytes(4).toString('hex')}`, nodes, runtime }));
  }
  const summary = summarize(measured);
  toStderr(`\n${tableOf(summary)}`);
  const machine = { cpus: cpus().length, memoryBytes: totalmem(), kernel: info.KernelVersion, docker: info.ServerVersion, cgroup: info.CgroupVersion };
  process.stdout.write(`${JSON.stringify({ machine, nodes, runtime, summary, runs: measured }, undefined, 2)}\n`);
});

function positive(name, text) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a number above 0, not ${text}`);
}
