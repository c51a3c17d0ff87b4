import type { BundleIndex } from '../../logs/options.js';
import { sanitizeLine } from '../terminal/sanitize.js';

export function logsText({ folder, files, missing }: BundleIndex): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const truncated = files.filter(({ state }) => state === 'truncated');
  const gaps = [
    ...truncated.map(({ path, remark = '' }) => `  ${path} was cut off: ${remark}`),
    ...missing.map(({ path, because }) => `  ${path} is missing: ${because}`),
  ];
  return [
    `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB: ${sanitizeLine(folder)}`,
    ...(gaps.length === 0 ? [] : ['Not all of it could be had:', ...gaps.map((gap) => `  ${sanitizeLine(gap)}`)]),
    'Known kinds of secrets were removed. Look into the files before you hand them on: pods may log what only you know to be secret.',
  ].join('\n');
}
