import { installMissingTools } from './install-packages.mjs';
import { run, toStderr } from './commands.mjs';

const pullSeconds = 60;

/**
 * Makes sure that `kindbox image build` can get at its base: it is there, or can be pulled, or else there is
 * mmdebstrap to make it with. `docker` comes with the daemon that ensureDocker starts.
 */
export async function ensureBaseImage({ log = toStderr, image = 'debian:bookworm-slim' } = {}) {
  if (await succeeds(['docker', 'image', 'inspect', image])) return;
  log(`Pulling the base of the node image, ${image}.`);
  if (await succeeds(['timeout', String(pullSeconds), 'docker', 'pull', '--quiet', image])) return;
  log(`${image} cannot be pulled here: it will be made from the distribution's packages with mmdebstrap.`);
  await installMissingTools(['mmdebstrap'], log);
}

const succeeds = async (argv) => (await run(argv)).code === 0;
