import { randomBytes, randomInt } from 'node:crypto';
import { execa } from 'execa';

/** A cable between this machine and a network namespace. */
export interface Link {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Of the addresses that are reserved for measuring network devices (RFC 2544): nobody else has them. */
export function newLink(): Link {
  const [second, third, fourth] = [randomInt(18, 20), randomInt(256), randomInt(64) * 4];
  const at = (offset: number): string => `198.${second}.${third}.${fourth + offset}`;
  return { name: `kb${randomBytes(4).toString('hex')}`, ours: at(1), theirs: at(2) };
}

/** The namespace of that process takes the link with it when it ends. */
export async function connectNamespace({ name, ours, theirs }: Link, pid: number): Promise<void> {
  const inside = `${name}i`;
  await execa('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', inside, 'netns', String(pid)]);
  await execa('ip', ['address', 'add', `${ours}/30`, 'dev', name]);
  await execa('ip', ['link', 'set', name, 'up']);
  for (const argv of [['address', 'add', `${theirs}/30`, 'dev', inside], ['link', 'set', inside, 'up']]) {
    await execa('nsenter', [`--net=/proc/${pid}/ns/net`, '--', 'ip', ...argv]);
  }
}
