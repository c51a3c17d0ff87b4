import { SYSBOX_RUNTIME } from '../../host/runtime-check.js';
import { shellCommand, shellQuote } from '../../shell/words.js';
import type { EngineCommands } from '../engine-commands.js';
import type { NetworkSpec, NodeSpec } from '../types.js';
import type { DockerClient } from './client.js';
import { removeContainer } from './container-removal.js';
import { daemonMessage } from './errors.js';
import { MTU_OPTION } from './networks.js';
import type { NodePrivileges } from './node-privileges.js';
import { nodeRequest } from './node-request.js';
import type { PrivilegesOf } from './privilege-negotiation.js';
import { KEPT } from './restart-policy.js';
import { runOptions, type RunOption } from './run-flags.js';

/** What differs between a cluster that is planned and one that exists. */
export interface Creations {
  network(spec: NetworkSpec): readonly string[];
  node(spec: NodeSpec): { readonly options: readonly RunOption[]; readonly image: string };
}

export function engineCommands(creations: Creations): EngineCommands {
  return {
    functions: ADDRESS_FUNCTIONS,
    network: (spec) => creations.network(spec),
    node(spec, offset) {
      const { options, image } = creations.node(spec);
      return [runLine(options, offset === undefined ? [] : [`$(fixed ${offset})`], image)];
    },
    keep: (nodes) => `${shellCommand(['docker', 'update', '--restart', KEPT, ...nodes])} >/dev/null`,
    volume: (name, labels) => `${shellCommand(['docker', 'volume', 'create', ...labelWords(labels), name])} >/dev/null`,
    inNode: (node, argv, stdin) => shellCommand(['docker', 'exec', ...(stdin ? ['--interactive'] : []), node, ...argv]),
    publishedPort: (node, port) => shellCommand(['docker', 'port', node, `${port}/tcp`]),
    address: (node) => shellCommand(['docker', 'inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', node]),
  };
}

/** The commands for nodes that do not exist yet, with the privileges that this daemon accepts. */
export async function plannedCommands(client: DockerClient, privilegesOf: PrivilegesOf, runtime: string): Promise<EngineCommands> {
  const privileges = runtime === SYSBOX_RUNTIME ? undefined : await acceptedPrivileges(client, privilegesOf, runtime);
  return engineCommands({ network: networkLines, node: (spec) => ({ options: runOptions(nodeRequest(spec, privileges)), image: spec.image }) });
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

/** Columns. */
const LINE_WIDTH = 120;

/** Options of one name share lines, as a node has dozens of some; every other has a line of its own. */
function runLine(options: readonly RunOption[], address: readonly string[], image: string): string {
  const lines = [['docker run --detach']];
  let last: string | undefined;
  for (const option of options) {
    const words = shellCommand(option.filter((word) => word !== undefined));
    const line = lines.at(-1);
    const fits = option[0] === last && line !== undefined && [...line, words].join(' ').length < LINE_WIDTH;
    if (fits) line.push(words);
    else lines.push([words]);
    last = option[0];
  }
  return [...lines.map((line) => line.join(' ')), ...address, `${shellQuote(image)} >/dev/null`].join(' \\\n  ');
}

/** A subnet that Docker chooses is chosen first and asked for then: only so may nodes have addresses of our choice. */
function networkLines(spec: NetworkSpec): string[] {
  const name = shellQuote(spec.name);
  const create = shellCommand(['docker', 'network', 'create', '--driver', 'bridge', ...labelWords(spec.labels), ...(spec.mtu === undefined ? [] : ['--opt', `${MTU_OPTION}=${spec.mtu}`])]);
  const division = spec.dividing ? ' --gateway "$(address 1)" --ip-range "$(address "$(half)")/$((${subnet#*/} + 1))"' : '';
  const asked = `--subnet "$subnet"${division} ${name} >/dev/null`;
  if (spec.subnet !== undefined) return [`subnet=${shellQuote(spec.subnet)}`, `${create} \\`, `  ${asked}`];
  return [
    'create_network() {',
    `  docker network create ${name} >/dev/null &&`,
    `    subnet=$(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' ${name}) &&`,
    `    docker network rm ${name} >/dev/null &&`,
    `    ${create} \\`,
    `      ${asked}`,
    '}',
    '# Another network may take the subnet meanwhile.',
    'create_network || create_network',
  ];
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
