import { networkInterfaces } from 'node:os';
import { docker } from './docker.js';

/** The interface of the host that is Docker's default network. */
export function defaultBridge(): Promise<string> {
  return docker(['network', 'inspect', '--format', '{{index .Options "com.docker.network.bridge.name"}}', 'bridge']);
}

/** The host's address on Docker's default network. By the bridge itself: until Docker was restarted once, that network is described without a gateway. */
export async function addressOfHost(): Promise<string> {
  const bridge = await defaultBridge();
  const address = networkInterfaces()[bridge]?.find(({ family }) => family === 'IPv4')?.address;
  if (address === undefined) throw new Error(`the host has no address on ${bridge}`);
  return address;
}
