import { chartOf } from '../../bench/chart.js';
import type { NodeFigures } from '../../bench/engine.js';
import type { Run } from '../../bench/measure.js';
import { spread, summarize, tablesOf } from '../../bench/summary.js';

const node: NodeFigures = { node: 'n', diskBytes: 50e6, memoryBytes: 100e6, cpuSeconds: 5, mounts: 7, containerStarts: 4 };
const run = (contestant: string, readyMs: number, rest: Partial<Run> = {}): Run =>
  ({ contestant, nodes: 2, returnedMs: 1000, readyMs, dnsMs: readyMs + 500, destroyedMs: 900, figures: [node, node], ...rest });

test('the median of an even number of runs is between the two in the middle', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5 });
  expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2 });
});

test('contestants are compared with the first, row by row; what one cannot do is a dash', () => {
  const table = tablesOf(summarize([run('kindbox', 10_000, { grownMs: 4000 }), run('kind', 40_000), run('kindbox', 12_000, { grownMs: 6000 }), run('kind', 48_000)]));
  const rows = Object.fromEntries(table.split('\n').map((line) => line.split(' | ')).map(([title = '', ...cells]) => [title.replace('| ', ''), cells.map((cell) => cell.replace(' |', ''))]));
  expect(rows['1 + 1 nodes, minimum / median']).toEqual(['kindbox (2)', 'kind (2)']);
  expect(rows['all nodes Ready']).toEqual(['10.0 s / 11.0 s', '40.0 s / 44.0 s (4.0x)']);
  expect(rows['resize up, all Ready']).toEqual(['4.0 s / 5.0 s', '-']);
  expect(rows['disk']).toEqual(['100 MB / 100 MB', '100 MB / 100 MB (1.0x)']);
});

test('a chart has a bar for each contestant, the longest the slowest, and names are text', () => {
  const svg = chartOf(summarize([run('kindbox', 10_000), run('<kind>', 40_000)]), 'serving');
  const widths = [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(2);
  expect(widths[0]).toBeLessThan((widths[1] ?? 0) / 3);
  expect(svg).toContain('&lt;kind>');
});
