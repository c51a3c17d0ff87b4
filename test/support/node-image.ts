import { randomBytes } from 'node:crypto';
import { docker, dockerLines, inNode } from './docker.js';

/** The image that node images of the tests are made of. */
export const NODE_IMAGE = process.env['KINDBOX_TEST_NODE_IMAGE'] ?? 'nestybox/k8s-node:v1.36.3';

export interface ReportedImage {
  readonly name: string;
  readonly tree: string | null;
}

/** What a node tells of the layout of its images. */
export async function layoutOf(node: string): Promise<ReportedImage[]> {
  return JSON.parse(await inNode(node, ['/usr/local/lib/kindbox/layout-report'])) as ReportedImage[];
}

/** A name for an image of one test; random, so that removing it touches nobody else's. */
export function imageName(what: string): string {
  return `kindbox-test/${what}:${randomBytes(4).toString('hex')}`;
}

export async function hasImage(reference: string): Promise<boolean> {
  return (await dockerLines(['image', 'ls', '--quiet', reference])).length > 0;
}

export async function removeImages(references: readonly string[]): Promise<void> {
  for (const reference of references) if (await hasImage(reference)) await docker(['image', 'rm', '--force', reference]);
}

/** Containers in which images are made, of whichever run. */
export async function workbenches(): Promise<string[]> {
  return (await dockerLines(['ps', '--all', '--quiet', '--no-trunc', '--filter', 'label=dev.kindbox.build.role=container'])).sort();
}
