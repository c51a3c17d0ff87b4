import { docker, dockerLines } from './docker.js';

const CLUSTER_LABEL = 'dev.kindbox.cluster';

export interface Leftovers {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

export const NOTHING: Leftovers = { containers: [], networks: [], volumes: [] };

/** What Docker has with the label of that very cluster. */
export async function leftoversOf(cluster: string): Promise<Leftovers> {
  return objectsOf((owner) => owner === cluster);
}

/** Everything that Docker has, of anybody, by id: to tell whether anything was made or removed. */
export async function everythingInDocker(): Promise<Leftovers> {
  const [containers, networks, volumes] = await Promise.all([
    dockerLines(['ps', '--all', '--quiet', '--no-trunc']),
    dockerLines(['network', 'ls', '--quiet', '--no-trunc']),
    dockerLines(['volume', 'ls', '--quiet']),
  ]);
  return { containers: containers.sort(), networks: networks.sort(), volumes: volumes.sort() };
}

/** Removes what clusters whose names begin with `prefix` have left; the prefix is random, so nobody else has it. */
export async function removeLeftovers(prefix: string): Promise<void> {
  const { containers, networks, volumes } = await objectsOf((owner) => owner.startsWith(prefix));
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers]);
  if (networks.length > 0) await docker(['network', 'rm', ...networks]);
  if (volumes.length > 0) await docker(['volume', 'rm', '--force', ...volumes]);
}

async function objectsOf(isWanted: (cluster: string) => boolean): Promise<Leftovers> {
  const find = async (list: readonly string[], identity: string): Promise<string[]> => {
    const lines = await dockerLines([...list, '--filter', `label=${CLUSTER_LABEL}`, '--format', `${identity} {{.Label "${CLUSTER_LABEL}"}}`]);
    return lines.map((line) => line.split(' ')).filter(([, owner]) => isWanted(owner ?? '')).map(([id]) => id ?? '');
  };
  const [containers, networks, volumes] = await Promise.all([
    find(['ps', '--all', '--no-trunc'], '{{.ID}}'),
    find(['network', 'ls', '--no-trunc'], '{{.ID}}'),
    find(['volume', 'ls'], '{{.Name}}'),
  ]);
  return { containers, networks, volumes };
}
