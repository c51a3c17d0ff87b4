import type { DockerClient } from './client.js';
import { CAPABILITY_UNKNOWN, DEVICE_MISSING } from './daemon-errors.js';
import { isOptionalCapability, nodePrivileges, type NodePrivileges } from './node-privileges.js';

/** The privileges that this daemon accepts; learnt from its refusals and kept for all nodes of a connection. */
export interface PrivilegesOf {
  current(): Promise<NodePrivileges>;
  /** Takes off what the daemon complains of. @returns false when the complaint is about something else. */
  giveUp(complaint: string): boolean;
}

export function learntPrivileges(client: DockerClient): PrivilegesOf {
  const refused = new Set<string>();
  let offered: Promise<NodePrivileges> | undefined;
  const ask = async () => {
    const info = await client.call('Cannot describe the Docker host', () => client.api.info() as Promise<{ KernelVersion?: string }>);
    return nodePrivileges(info.KernelVersion ?? '');
  };
  return {
    async current() {
      offered ??= ask();
      const { capabilities, devices } = await offered;
      const accepted = (name: string) => !refused.has(name);
      return { capabilities: capabilities.filter(accepted), devices: devices.filter(accepted) };
    },
    giveUp(complaint) {
      const capability = CAPABILITY_UNKNOWN.exec(complaint)?.[1];
      const spared = capability !== undefined && isOptionalCapability(capability) ? capability : DEVICE_MISSING.exec(complaint)?.[1];
      if (spared === undefined) return false;
      refused.add(spared);
      return true;
    },
  };
}
