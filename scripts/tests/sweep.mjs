import { docker } from '../workspace/docker-cli.mjs';

const clusterLabel = 'dev.kindbox.cluster';
const standalone = 'label=dev.kindbox.standalone=true';
/** Of the tests' own servers. */
const serverLabel = 'dev.kindbox.test';

/**
 * Removes what clusters whose names begin with the suite's random prefix have left.
 * The tests clean up after themselves; this is for a run that was killed.
 */
export async function sweepClusters(prefix) {
  const containers = [
    ...(await labelled(['ps', '--all', '--no-trunc'], '{{.ID}}', prefix)),
    ...(await labelled(['ps', '--all', '--no-trunc'], '{{.ID}}', prefix, serverLabel)),
  ];
  const removed = [];
  for (const id of containers) removed.push(...(await docker('rm', '--force', '--volumes', id)));
  for (const id of await standaloneNodes(prefix)) removed.push(...(await docker('rm', '--force', '--volumes', id)));
  for (const id of await labelled(['network', 'ls', '--no-trunc'], '{{.ID}}', prefix)) removed.push(...(await docker('network', 'rm', id)));
  for (const id of await labelled(['volume', 'ls'], '{{.Name}}', prefix)) removed.push(...(await docker('volume', 'rm', id)));
  return removed;
}

/** They have no cluster to be told by, only a name. */
async function standaloneNodes(prefix) {
  const lines = await docker('ps', '--all', '--no-trunc', '--filter', standalone, '--format', '{{.ID}} {{.Names}}');
  return lines.map((line) => line.split(' ')).filter(([, name]) => name?.startsWith(prefix)).map(([id]) => id);
}

async function labelled(list, identity, prefix, label = clusterLabel) {
  const lines = await docker(...list, '--filter', `label=${label}`, '--format', `${identity} {{.Label "${label}"}}`);
  return lines.map((line) => line.split(' ')).filter(([, owner]) => owner?.startsWith(prefix)).map(([id]) => id);
}
