import { execa } from 'execa';
import { docker } from './docker.js';

/** The interface of the host that is Docker's default network. */
export function defaultBridge(): Promise<string> {
  return docker(['network', 'inspect', '--format', '{{index .Options "com.docker.network.bridge.name"}}', 'bridge']);
}

/**
 * The host's address on Docker's default network. The kernel's word, as neither of the others has it on every machine: until Docker was restarted once, that
 * network is described without a gateway, and Node lists no interface that carries nothing, as a bridge does not before the first container.
 */
export async function addressOfHost(): Promise<string> {
  const bridge = await defaultBridge();
  const { stdout } = await execa('ip', ['-json', '-4', 'address', 'show', 'dev', bridge]);
  const [link] = JSON.parse(stdout) as { addr_info: { local: string }[] }[];
  const address = link?.addr_info[0]?.local;
  if (address === undefined) throw new Error(`the host has no address on ${bridge}`);
  return address;
}
