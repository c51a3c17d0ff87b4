import type { NodeFigures } from './engine.js';
import type { Run } from './measure.js';

export interface Spread {
  readonly min: number;
  readonly median: number;
}

/** Minimum and median of one contestant's runs with one number of nodes. Times in milliseconds. */
export interface Summary {
  readonly contestant: string;
  readonly nodes: number;
  readonly runs: number;
  readonly figures: Readonly<Partial<Record<Measure, Spread>>>;
}

const sum = (run: Run, pick: (node: NodeFigures) => number): number => run.figures.reduce((total, node) => total + pick(node), 0);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const count = (value: number): string => value.toFixed(0);

/** What is measured, what it is called in the table, and how it is written. */
export const MEASURES = {
  returned: { title: 'the command returns', of: (run: Run) => run.returnedMs, format: seconds },
  ready: { title: 'all nodes Ready', of: (run: Run) => run.readyMs, format: seconds },
  dns: { title: 'CoreDNS answers', of: (run: Run) => run.dnsMs, format: seconds },
  serving: { title: 'all Ready and CoreDNS answers', of: (run: Run) => Math.max(run.readyMs, run.dnsMs), format: seconds },
  destroyed: { title: 'destroy', of: (run: Run) => run.destroyedMs, format: seconds },
  grown: { title: 'resize up, all Ready', of: (run: Run) => run.grownMs, format: seconds },
  shrunk: { title: 'resize down, drained', of: (run: Run) => run.shrunkMs, format: seconds },
  disk: { title: 'disk', of: (run: Run) => sum(run, (node) => node.diskBytes), format: megabytes },
  diskOfNode: { title: 'disk a node', of: (run: Run) => sum(run, (node) => node.diskBytes) / run.nodes, format: megabytes },
  memory: { title: 'memory', of: (run: Run) => sum(run, (node) => node.memoryBytes), format: megabytes },
  cpu: { title: 'CPU time in nodes', of: (run: Run) => sum(run, (node) => node.cpuSeconds), format: (value: number) => `${value.toFixed(1)} s` },
  containers: { title: 'containers started', of: (run: Run) => sum(run, (node) => node.containerStarts), format: count },
  mounts: { title: 'mounts', of: (run: Run) => sum(run, (node) => node.mounts), format: count },
} as const;

export type Measure = keyof typeof MEASURES;

export function summarize(runs: readonly Run[]): Summary[] {
  const keys = [...new Set(runs.map(({ contestant, nodes }) => JSON.stringify([contestant, nodes])))].map((key) => JSON.parse(key) as [string, number]);
  return keys.map(([contestant, nodes]) => {
    const own = runs.filter((run) => run.contestant === contestant && run.nodes === nodes);
    const figures = Object.fromEntries(Object.entries(MEASURES).flatMap(([measure, { of }]) => {
      const values = own.map(of).filter((value): value is number => value !== undefined);
      return values.length === 0 ? [] : [[measure, spread(values)]];
    })) as Partial<Record<Measure, Spread>>;
    return { contestant, nodes, runs: own.length, figures };
  });
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return { min: sorted[0] ?? 0, median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2 };
}

/** Markdown: a table for each number of nodes, minimum / median, a contestant a column, ratios against the first. */
export function tablesOf(summaries: readonly Summary[]): string {
  const sizes = [...new Set(summaries.map(({ nodes }) => nodes))];
  return sizes.map((nodes) => {
    const columns = summaries.filter((summary) => summary.nodes === nodes);
    const rows = (Object.keys(MEASURES) as Measure[]).filter((measure) => columns.some(({ figures }) => figures[measure] !== undefined));
    const lines = [
      [`1 + ${nodes - 1} nodes, minimum / median`, ...columns.map(({ contestant, runs }) => `${contestant} (${runs})`)],
      ['---', ...columns.map(() => '---:')],
      ...rows.map((measure) => [MEASURES[measure].title, ...columns.map(({ figures }) => cell(measure, figures[measure], columns[0]?.figures[measure]))]),
    ];
    return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }).join('\n\n');
}

function cell(measure: Measure, own: Spread | undefined, reference: Spread | undefined): string {
  if (own === undefined) return '-';
  const { format } = MEASURES[measure];
  const ratio = reference === undefined || reference === own || reference.median === 0 ? '' : ` (${(own.median / reference.median).toFixed(1)}x)`;
  return `${format(own.min)} / ${format(own.median)}${ratio}`;
}
