import { execa, type Options } from 'execa';

/** The docker command, as a user has it: the tests look at Docker independently of the engine under test. */
export async function docker(argv: readonly string[], options: Options = {}): Promise<string> {
  const { stdout } = await execa('docker', argv, { stdin: 'ignore', ...options });
  return String(stdout ?? '');
}

export async function dockerLines(argv: readonly string[]): Promise<string[]> {
  return (await docker(argv)).split('\n').filter((line) => line !== '');
}

/** Runs a command in a node and returns its stdout. */
export async function inNode(node: string, argv: readonly string[], input?: string): Promise<string> {
  return docker(['exec', '--interactive', node, ...argv], input === undefined ? {} : { stdin: 'pipe', input });
}

export interface ContainerFacts {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Hostname: string; readonly Image: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly Runtime: string; readonly Privileged: boolean };
  readonly State: { readonly Running: boolean };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

export async function inspectContainer(name: string): Promise<ContainerFacts> {
  const [facts] = JSON.parse(await docker(['container', 'inspect', name])) as ContainerFacts[];
  if (facts === undefined) throw new Error(`no container ${name}`);
  return facts;
}

/** Address of a node on the first of its networks. */
export async function addressOf(node: string): Promise<string> {
  const [network] = Object.values((await inspectContainer(node)).NetworkSettings.Networks);
  if (network === undefined || network.IPAddress === '') throw new Error(`${node} has no address`);
  return network.IPAddress;
}
