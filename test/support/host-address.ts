import { networkInterfaces } from 'node:os';
import { docker } from './docker.js';

/** The host's address on Docker's default network. By the bridge itself: until Docker was restarted once, that network is described without a gateway. */
export async function addressOfHost(): Promise<string> {
  const bridge = await docker(['network', 'inspect', '--format', '{{index .Options "com.docker.network.bridge.name"}}', 'bridge']);
  const address = networkInterfaces()[bridge.trim()]?.find(({ family }) => family === 'IPv4')?.address;
  if (address === undefined) throw new Error(`the host has no address on ${bridge}`);
  return address;
}
