import type { ClusterSummary } from '../../cluster/options.js';
import { sanitizeLine } from '../terminal/sanitize.js';

interface Column {
  readonly title: string;
  /** As in document 003; a longer value widens its column. */
  readonly width: number;
  readonly value: (cluster: ClusterSummary) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'NAME', width: 23, value: ({ name }) => name },
  { title: 'WORKERS', width: 16, value: ({ workers }) => String(workers) },
  { title: 'NET', width: 21, value: ({ network }) => network },
  { title: 'IMAGE', width: 31, value: ({ image }) => image },
  { title: 'K8S VERSION', width: 14, value: ({ kubernetesVersion }) => kubernetesVersion },
  { title: 'STATE', width: 0, value: ({ state, reason }) => (reason === '' ? state : `${state} (${reason})`) },
];

export function clusterTable(clusters: readonly ClusterSummary[], long: boolean): string {
  const rows = clusters.map((cluster) => COLUMNS.map(({ value }) => sanitizeLine(value(cluster))));
  const widths = COLUMNS.map(({ width }, at) => Math.max(width, ...rows.map((row) => (row[at]?.length ?? 0) + 2)));
  const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('').trimEnd();
  const lines = clusters.flatMap((cluster, at) => [line(rows[at] ?? []), ...(long ? [...nodeLines(cluster), ...findingLines(cluster)] : [])]);
  return `${[line(COLUMNS.map(({ title }) => title)), ...lines].join('\n')}\n`;
}

/** The way out for those that do not work as they should; one that is stopped is taken for stopped on purpose. */
export function repairHint(clusters: readonly ClusterSummary[]): string | undefined {
  const mendable = clusters.filter(({ state, findings }) => state !== 'stopped' && state !== 'running' && findings.some(({ repair }) => repair !== null));
  return mendable.length === 0 ? undefined : `Repair with: ${mendable.map(({ name }) => `kindbox repair ${sanitizeLine(name)}`).join(', ')}`;
}

/** The image only where it is not the cluster's: nodes that were added may have another. */
function nodeLines({ nodes, image: usual }: ClusterSummary): string[] {
  const cells = nodes.map(({ name, role, state, address, runtime, image }) =>
    [name, role, state, address || '-', runtime, image === usual ? '' : image].map(sanitizeLine),
  );
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...cells.map((row) => (row[at]?.length ?? 0) + 2)));
  return cells.map((row) => `  - ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('').trimEnd()}`);
}

function findingLines({ findings }: ClusterSummary): string[] {
  return findings.map(({ level, found, repair }) => `  ${level === 'problem' ? '!' : 'i'} ${sanitizeLine(`${found}${repair === null ? '' : ` (repair: ${repair})`}`)}`);
}
