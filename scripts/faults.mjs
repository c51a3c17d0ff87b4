// npm run faults [-- -t PATTERN]: every fault at every stage of every command, on real clusters; a table at the end.
import { mustRun, runMain, toStderr } from './machine/commands.mjs';
import { ensureBaseImage } from './machine/ensure-base-image.mjs';
import { ensureDocker } from './machine/ensure-docker.mjs';
import { ensureKernel } from './machine/ensure-kernel.mjs';
import { ensureNetworkTools } from './machine/ensure-network-tools.mjs';
import { ensureStandin } from './machine/ensure-standin.mjs';
import { runFaults } from './tests/faults.mjs';
import { newestBuilderImage } from './workspace/docker-cli.mjs';
import { ensureBuilt } from './workspace/ensure-built.mjs';
import { kindbox } from './workspace/paths.mjs';

runMain(import.meta.url, async (args) => {
  await ensureBuilt();
  await ensureDocker();
  await ensureKernel();
  await ensureBaseImage();
  await mustRun([kindbox, 'image', 'build', '--progress', 'plain'], { show: true });
  await ensureStandin({ builderImage: await newestBuilderImage() });
  await ensureNetworkTools();
  const { passed, failed } = await runFaults('all', args);
  toStderr(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});
