import { findCommand, toStderr } from './commands.mjs';
import { installPackages } from './install-packages.mjs';

/** A network namespace is born with its loopback interface down, and only `ip` can change that. */
export async function ensureNetworkTools({ log = toStderr } = {}) {
  if (!findCommand('ip')) await installPackages(['iproute2'], log);
}
