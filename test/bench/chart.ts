import { MEASURES, type Measure, type Summary } from './summary.js';

const BAR = 18;
const GAP = 6;
const LABEL_WIDTH = 190;
const BARS_WIDTH = 430;
const FIGURE_WIDTH = 100;
const COLOURS = ['#2563eb', '#94a3b8', '#cbd5e1', '#64748b', '#e2e8f0'];

/** Bars of medians, one a contestant, in a group for each number of nodes. Readable on light and dark pages. */
export function chartOf(summaries: readonly Summary[], measure: Measure): string {
  const sizes = [...new Set(summaries.map(({ nodes }) => nodes))];
  const longest = Math.max(...summaries.map(({ figures }) => figures[measure]?.median ?? 0));
  const contestants = [...new Set(summaries.map(({ contestant }) => contestant))];
  let y = 30;
  const parts = sizes.flatMap((nodes) => {
    const heading = text(0, y + 12, `1 + ${nodes - 1} nodes`, 'font-weight="bold"');
    y += 22;
    const bars = summaries.filter((summary) => summary.nodes === nodes).map(({ contestant, figures }) => {
      const value = figures[measure]?.median ?? 0;
      const width = Math.max(1, Math.round((value / longest) * BARS_WIDTH));
      const drawn = [
        text(LABEL_WIDTH - 8, y + 13, contestant, 'text-anchor="end"'),
        `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR}" rx="3" fill="${COLOURS[contestants.indexOf(contestant) % COLOURS.length] ?? ''}"/>`,
        text(LABEL_WIDTH + width + 6, y + 13, MEASURES[measure].format(value)),
      ].join('');
      y += BAR + GAP;
      return drawn;
    });
    y += GAP;
    return [heading, ...bars];
  });
  const title = text(0, 14, `${MEASURES[measure].title}, median`, 'font-weight="bold"');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL_WIDTH + BARS_WIDTH + FIGURE_WIDTH}" height="${y}" font-family="sans-serif" font-size="13" fill="#6b7280">\n${[title, ...parts].join('\n')}\n</svg>\n`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped}</text>`;
}
