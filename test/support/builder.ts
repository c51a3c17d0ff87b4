import { proxyVariables } from '../../src/host/proxy.js';
import { certificateAuthorities, goVariables } from '../../src/images/build/host-environment.js';
import { CACHE_VOLUME } from '../../src/images/build/names.js';
import { tarOf } from '../../src/images/build/source-tree.js';
import { docker } from './docker.js';
import { builderImage } from './probe-image.js';

export interface BuilderRun {
  readonly argv: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Folders or files to copy before, from the host to the container. */
  readonly give?: readonly (readonly [host: string, container: string])[];
  /** Files to copy afterwards, from the container to the host. */
  readonly take: readonly (readonly [container: string, host: string])[];
}

/** Runs a command where node images are compiled: with Go, its caches and the way that this machine reaches the module proxy. */
export async function runInBuilder({ argv, variables = {}, give = [], take }: BuilderRun): Promise<void> {
  const authorities = await certificateAuthorities(process.env);
  const environment = { ...proxyVariables(process.env), ...goVariables(process.env), ...authorities?.variables, ...variables };
  const container = await docker([
    'create', ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    '--volume', `${CACHE_VOLUME}:/cache`, await builderImage(), ...argv,
  ]);
  try {
    if (authorities !== undefined) await docker(['cp', '-', `${container}:/`], { stdin: 'pipe', input: await tarOf([authorities.file]) });
    for (const [host, inside] of give) await docker(['cp', host, `${container}:${inside}`]);
    await docker(['start', '--attach', container]);
    for (const [inside, host] of take) await docker(['cp', `${container}:${inside}`, host]);
  } finally {
    await docker(['rm', '--force', '--volumes', container]);
  }
}
