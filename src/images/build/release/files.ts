import { imagesOf } from '../../../cni/images.js';
import type { BuildInputs } from '../names.js';
import type { SourceEntry } from '../source-tree.js';
import { additionalImages, componentVersions, downloadList, releaseDownloads } from './downloads.js';
import { hostsFiles } from './mirrors.js';

/** What fetch.sh finds beside itself: what to download, and from where. Files, as a mirror's address may hold a password. */
export function releaseFiles(
  { request: { kubernetesVersion, mirrors }, sourceFiles, stageFiles, architecture }: Pick<BuildInputs, 'request' | 'sourceFiles' | 'stageFiles' | 'architecture'>,
): SourceEntry[] {
  const versions = componentVersions(sourceFiles);
  const file = (path: string, content: string): SourceEntry => ({ path, kind: 'file', executable: false, content: Buffer.from(content) });
  return [
    file('downloads', downloadList(releaseDownloads(kubernetesVersion, versions, architecture, mirrors))),
    file('images', [...new Set([...additionalImages(versions), ...manifestImages(stageFiles)])].map((name) => `${name}\n`).join('')),
    ...hostsFiles(mirrors),
  ];
}

/** Those that a node image for kind needs besides: kind applies the manifests that it brings along. */
function manifestImages(stageFiles: readonly SourceEntry[]): string[] {
  return stageFiles.filter(({ path }) => path.startsWith('rootfs/kind/manifests/')).flatMap(({ content }) => imagesOf(content.toString()));
}
