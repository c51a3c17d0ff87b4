import { docker } from '../../support/docker.js';
import { imageName, NODE_IMAGE, removeImages } from '../../support/node-image.js';

const SCRIPT = `
set -e
put() { rm -f "$1"; printf '#!/bin/sh\\n%s\\n' "$2" > "$1"; chmod 755 "$1"; }
put /sbin/init 'exec sleep infinity'
for program in /usr/local/lib/kindbox/await-*; do put "$program" 'exit 0'; done
put "$(command -v kubeadm)" 'echo "this node is hollow" >&2; exit 1'
`;

/**
 * A node image in which nothing boots and kubeadm fails at once: a create with it makes and removes what a create
 * makes and removes, and is over in seconds.
 */
export class HollowImage {
  readonly reference = imageName('hollow');

  async make(): Promise<void> {
    const id = await docker(['create', '--runtime=runc', '--entrypoint=/bin/sh', NODE_IMAGE, '-c', SCRIPT]);
    try {
      await docker(['start', '--attach', id]);
      await docker(['commit', '--change', 'ENTRYPOINT ["/sbin/init"]', '--change', 'CMD []', id, this.reference]);
    } finally {
      await docker(['rm', '--force', '--volumes', id]);
    }
  }

  async remove(): Promise<void> {
    await removeImages([this.reference]);
  }
}

export function useHollowImage(): HollowImage {
  const image = new HollowImage();
  beforeAll(() => image.make());
  afterAll(() => image.remove());
  return image;
}
