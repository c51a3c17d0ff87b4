import type { BundleIndex } from '../../logs/options.js';
import { sanitizeLine } from '../terminal/sanitize.js';

export function logsText({ folder, files, missing }: BundleIndex): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const gaps = [
    ...files.filter(({ state }) => state === 'truncated').map(({ path, remark = '' }) => `${path} was cut off: ${remark}`),
    ...[...new Set(missing.map(({ because }) => because))].map((because) => {
      const paths = missing.filter((file) => file.because === because).map(({ path }) => path);
      return `${paths.length === 1 ? paths[0] : `${paths.length} files, such as ${paths[0]},`} could not be had: ${because}`;
    }),
  ];
  return [
    `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${(bytes / 1e6).toFixed(1)} MB: ${sanitizeLine(folder)}`,
    ...(gaps.length === 0 ? [] : ['It is not complete:', ...gaps.map((gap) => `  ${sanitizeLine(gap)}`)]),
    'Known kinds of secrets were removed. Look into the files before you hand them on: pods may log what only you know to be secret.',
  ].join('\n');
}
