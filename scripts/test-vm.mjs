// npm run test:vm: a cluster from create to destroy on a host with systemd and cgroup v2, as a user who is not root, in a
// virtual machine. With KVM it takes minutes, without it an hour or more.
// --image IMAGE: a node image other than that of this source. --runtime runc: not the stand-in for Sysbox too.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { installPackages } from './machine/install-packages.mjs';
import { ensureDisk } from './vm/disk.mjs';
import { runMachine } from './vm/machine.mjs';
import { makePayload, saveImage } from './vm/payload.mjs';
import { hasCommands, thisPlatform } from './vm/platform.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox, results, root } from './workspace/paths.mjs';

const cache = join(root, 'node_modules/.cache/kindbox-vm');
const output = join(results, 'vm');
const ownImage = 'nestybox/k8s-node:v1.36.3';
const longest = 3 * 3600_000;

runMain(import.meta.url, async (args) => {
  const { values } = parseArgs({ args, options: { image: { type: 'string' }, runtime: { type: 'string', multiple: true } } });
  const environment = values.runtime === undefined ? {} : { KINDBOX_VM_RUNTIMES: values.runtime.join(',') };
  await ensureBuilt();
  const platform = thisPlatform();
  if (!hasCommands(platform.qemu)) await installPackages([platform.qemuPackage], toStderr);
  mkdirSync(cache, { recursive: true });
  mkdirSync(output, { recursive: true });
  const { disk, kernel, initrd } = await ensureDisk({ cache, log: toStderr });
  await ensureDocker();
  if (values.image === undefined) await buildOwnImage();
  const disks = [
    { path: disk, serial: 'root', writable: true },
    { path: await makePayload({ cache, log: toStderr }), serial: 'payload' },
    { path: await saveImage({ cache, image: values.image ?? ownImage, log: toStderr }), serial: 'node-image' },
  ];
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, () => interrupted.abort());
  const run = await runMachine({ disks, kernel, initrd, environment, output, milliseconds: longest, log: toStderr, signal: interrupted.signal });
  writeFileSync(join(output, 'summary.json'), `${JSON.stringify(run, undefined, 2)}\n`);
  const failed = run.results.filter(({ ok }) => ok === false).length;
  const passed = run.results.filter(({ ok }) => ok === true).length;
  const isWhole = run.ended === 'powered off' && run.results.at(-1)?.step === 'end';
  toStderr(`\n${passed} passed, ${isWhole ? failed : Math.max(1, failed)} failed (${run.accelerator}, ${run.ended}); what the guest wrote is in ${output}`);
  process.exitCode = isWhole && failed === 0 ? 0 : 1;
});

async function buildOwnImage() {
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
}
