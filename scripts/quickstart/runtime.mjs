import { daemonInfo } from '../machine/docker-endpoint.mjs';
import { binaryIn, ordinaryPlaces, runtimeName } from '../machine/install-standin.mjs';

/** The OCI runtime to use on this host, and a sentence that says why. */
export async function chooseRuntime(host) {
  const { Runtimes: runtimes = {} } = await daemonInfo(host);
  return runtimeFor(runtimes);
}

export function runtimeFor(runtimes) {
  const path = runtimes[runtimeName]?.path;
  if (path === undefined) {
    const because = `Docker has no runtime ${runtimeName} here; isolation is weaker without it (README, "Without Sysbox")`;
    return { runtime: 'runc', because };
  }
  const isStandin = path === binaryIn(ordinaryPlaces.folder);
  return { runtime: runtimeName, because: `Docker has that runtime${isStandin ? " (the tests' stand-in for Sysbox, not Sysbox itself)" : ''}` };
}
