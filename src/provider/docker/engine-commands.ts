import { shellCommand, shellQuote } from '../../byhand/shell.js';
import type { EngineCommands } from '../engine-commands.js';
import type { NetworkSpec, NodeSpec } from '../types.js';
import type { DockerClient } from './client.js';
import { removeContainer } from './container-removal.js';
import { daemonMessage } from './errors.js';
import { MTU_OPTION } from './networks.js';
import type { NodePrivileges } from './node-privileges.js';
import { nodeRequest, SYSBOX_RUNTIME } from './node-request.js';
import type { PrivilegesOf } from './privilege-negotiation.js';
import { runWords } from './run-flags.js';

/** The words that differ between a cluster that is planned and one that exists. */
export interface Creations {
  network(spec: NetworkSpec): readonly string[];
  /** The words of `docker run` for a node. */
  node(spec: NodeSpec): readonly string[];
}

export function engineCommands(creations: Creations): EngineCommands {
  return {
    functions: ADDRESS_FUNCTIONS,
    network: (spec) => creations.network(spec),
    node: (spec, offset) => [runLine(creations.node(spec), offset)],
    keep: (nodes) => `${shellCommand(['docker', 'update', '--restart', 'unless-stopped', ...nodes])} >/dev/null`,
    volume: (name, labels) => `${shellCommand(['docker', 'volume', 'create', ...labelWords(labels), name])} >/dev/null`,
    inNode: (node, argv, stdin) => shellCommand(['docker', 'exec', ...(stdin ? ['--interactive'] : []), node, ...argv]),
    publishedPort: (node, port) => shellCommand(['docker', 'port', node, `${port}/tcp`]),
  };
}

/** The commands for nodes that do not exist yet, with the privileges that this daemon accepts. */
export async function plannedCommands(client: DockerClient, privilegesOf: PrivilegesOf, runtime: string): Promise<EngineCommands> {
  const privileges = runtime === SYSBOX_RUNTIME ? undefined : await acceptedPrivileges(client, privilegesOf, runtime);
  return engineCommands({ network: networkLines, node: (spec) => runWords(nodeRequest(spec, privileges)) });
}

/** No image can have this name: `.invalid` is reserved (RFC 2606). */
const NO_IMAGE = 'kindbox.invalid/none:none';

/**
 * A daemon tells which capabilities it knows only when it is asked to create a container, which it checks before it
 * looks for the image. There is no such image, so nothing is made.
 */
async function acceptedPrivileges(client: DockerClient, privilegesOf: PrivilegesOf, runtime: string): Promise<NodePrivileges> {
  const nobody: NodeSpec = { name: '', image: NO_IMAGE, runtime, network: 'none', labels: {}, ports: [] };
  for (;;) {
    const privileges = await privilegesOf.current();
    const { name: _name, Hostname: _hostname, NetworkingConfig: _networking, ...request } = nodeRequest(nobody, privileges);
    try {
      const { id } = await client.api.createContainer(request);
      await removeContainer(client, id);
      return privileges;
    } catch (error) {
      if (!privilegesOf.giveUp(daemonMessage(error))) return privileges;
    }
  }
}

/** One flag a line: a node has too many for one. */
function runLine(words: readonly string[], offset: number | undefined): string {
  const address = offset === undefined ? [] : [`$(fixed ${offset})`];
  const image = words.at(-1) ?? '';
  const lines: string[] = [];
  for (const word of words.slice(0, -1)) {
    if (word.startsWith('-') || lines.length === 0) lines.push(shellQuote(word));
    else lines.push(`${lines.pop() ?? ''} ${shellQuote(word)}`);
  }
  return [...lines, ...address, `${shellQuote(image)} >/dev/null`].join(' \\\n  ');
}

/** A subnet that Docker chooses is chosen first and asked for then: only so may nodes have addresses of our choice. */
function networkLines(spec: NetworkSpec): string[] {
  const create = ['docker', 'network', 'create', '--driver', 'bridge', ...labelWords(spec.labels), ...(spec.mtu === undefined ? [] : ['--opt', `${MTU_OPTION}=${spec.mtu}`])];
  const name = shellQuote(spec.name);
  const subnet = spec.subnet === undefined
    ? [`docker network create ${name} >/dev/null`, `subnet=$(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' ${name})`, `docker network rm ${name} >/dev/null`]
    : [`subnet=${shellQuote(spec.subnet)}`];
  const division = spec.dividing ? ' --gateway "$(address 1)" --ip-range "$(address "$(half)")/$((${subnet#*/} + 1))"' : '';
  return [...subnet, `${shellCommand(create)} \\`, `  --subnet "$subnet"${division} ${name} >/dev/null`];
}

export function labelWords(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
}

const ADDRESS_FUNCTIONS = `# The N-th address of the cluster's subnet. Nodes have those of its lower half; Docker gives away the upper one.
address() (
  n=$1
  IFS=./
  set -- $subnet
  n=$((($1 << 24) + ($2 << 16) + ($3 << 8) + $4 + n))
  echo "$((n >> 24 & 255)).$((n >> 16 & 255)).$((n >> 8 & 255)).$((n & 255))"
)
half() { echo "$((1 << (31 - \${subnet#*/})))"; }
# The option of docker run for the N-th address; nothing where the lower half is full.
fixed() { if [ "$1" -lt "$(half)" ]; then echo "--ip $(address "$1")"; fi; }`.split('\n');
