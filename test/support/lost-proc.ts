import { docker } from './docker.js';

/** Some of those that sysbox-fs shows a container of its own, and whether they are folders. */
const SHOWN_BY_SYSBOX = [['/proc/sys', true], ['/sys/kernel', true], ['/proc/uptime', false], ['/proc/swaps', false]] as const;

/**
 * What a restart of Sysbox leaves in a node: FUSE file systems whose server is gone. Here that is the shell, which opens
 * the device, has it mounted, and ends.
 */
export async function loseProc(node: string): Promise<void> {
  for (const [path, isFolder] of SHOWN_BY_SYSBOX) {
    const options = `fd=3,rootmode=${isFolder ? '40000' : '100000'},user_id=0,group_id=0,allow_other`;
    await docker(['exec', node, 'sh', '-c', `mount --internal-only --types fuse --options ${options} sysboxfs ${path} 3<>/dev/fuse`]);
  }
}
