import { unknown, type HostCheck } from '../finding.js';
import { freeSubnets } from '../free-subnets.js';

/** Docker's, unless it was told otherwise. */
const DEFAULT_MTU = 1500;
/** IPv6 wants it, and VXLAN takes 50 bytes. */
const MINIMUM_MTU = 1330;

export const networkChecks: readonly HostCheck[] = [
  {
    id: 'address-pools', title: 'Address pools of Docker',
    judge: ({ engine, machine }, { needsSubnet }) => {
      if (!needsSubnet) return undefined;
      const wanted = 'a free subnet';
      if (engine === undefined) return unknown(wanted, 'unknown: the engine does not say');
      const free = freeSubnets(engine.addressPools, engine.subnets);
      const next = ['docker network prune', 'Add default-address-pools to /etc/docker/daemon.json and restart Docker', 'Name a free subnet with --subnet'];
      if (free.length === 0) {
        return { verdict: 'failure', found: `none: ${engine.subnets.length} networks take them all`, wanted, because: 'Docker has no address range left for another network.', next };
      }
      const unrouted = freeSubnets(free, machine?.routes ?? []);
      if (unrouted.length > 0) return { verdict: 'ok', found: `${unrouted.length} free subnets`, wanted };
      return { verdict: 'warning', found: `${free.length}, but the host has routes to them`, wanted, because: 'Docker does not choose a subnet that the host has a route to (of a VPN, perhaps), and all of its pools are such.', next };
    },
  },
  {
    id: 'mtu', title: 'MTU', onlyInDoctor: true,
    judge: ({ host, machine }) => {
      const mtu = host.defaultMtu ?? DEFAULT_MTU;
      const wanted = 'Docker\'s not above that of the host\'s uplink';
      const uplink = machine?.uplink;
      if (mtu < MINIMUM_MTU) return { verdict: 'warning', found: `${mtu}`, wanted, because: `An MTU of ${mtu} leaves pods too little: their network takes 50 bytes of it.`, next: ['Raise "mtu" in /etc/docker/daemon.json and restart Docker'] };
      if (uplink === undefined) return { ...unknown(wanted), found: `Docker's is ${mtu}` };
      if (mtu <= uplink.mtu) return { verdict: 'ok', found: `${mtu}, and ${uplink.mtu} of ${uplink.name}`, wanted };
      return {
        verdict: 'warning', found: `${mtu}, but ${uplink.mtu} of ${uplink.name}`, wanted,
        because: `Packets of more than ${uplink.mtu} bytes from nodes to the outside may be lost: downloads hang.`,
        next: [`Set "mtu": ${uplink.mtu} in /etc/docker/daemon.json and restart Docker`],
      };
    },
  },
  {
    id: 'br-netfilter', title: 'br_netfilter',
    judge: ({ machine }) => {
      const wanted = 'loaded';
      if (machine === undefined) return unknown(wanted);
      if (machine.bridgeNetfilter) return { verdict: 'ok', found: 'loaded', wanted };
      return {
        verdict: 'warning', found: 'not loaded', wanted,
        because: 'Without the module br_netfilter Services are not reached from pods of the same node; nodes cannot load it (sysbox#1008).',
        next: ['sudo modprobe br_netfilter', 'echo br_netfilter | sudo tee /etc/modules-load.d/kindbox.conf'],
      };
    },
  },
  {
    id: 'ip-forwarding', title: 'IP forwarding',
    judge: ({ engine }) => {
      const wanted = 'on';
      if (engine === undefined) return unknown(wanted, 'unknown: the engine does not say');
      if (engine.ipForwarding) return { verdict: 'ok', found: 'on', wanted };
      return { verdict: 'warning', found: 'off', wanted, because: 'Without IP forwarding nodes reach nothing outside of their network.', next: ['sudo sysctl net.ipv4.ip_forward=1'] };
    },
  },
];
