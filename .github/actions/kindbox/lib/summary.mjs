// @ts-check
import { markdownCell } from './escape.mjs';

const MOST_FILES = 40;

/** @param {readonly (readonly [label: string, value: string])[]} rows */
function table(rows) {
  return ['| | |', '|---|---|', ...rows.map(([label, value]) => `| ${label} | ${markdownCell(value)} |`)].join('\n');
}

/** @param {import('./create.mjs').Created} created */
export function createdSummary(created) {
  return `### kindbox\n\n${table([
    ['Cluster', created.name],
    ['Nodes', created.nodes.map(({ name }) => name).join(', ')],
    ['Kubernetes', created.kubernetesVersion],
    ['Node image', created.image],
    ['Runtime', created.runtime],
    ['Network of the pods', created.cni],
    ['Created in', `${(created.durationMs / 1000).toFixed(1)} s`],
  ])}\n`;
}

/** @param {string} message */
export function failureSummary(message) {
  return `### kindbox could not create the cluster\n\n${message.split('\n').filter((line) => line.trim() !== '').map(markdownCell).join('<br>\n')}\n`;
}

/** @param {string} cluster @param {string} folder @param {readonly string[]} files relative to it */
export function logsSummary(cluster, folder, files) {
  const listed = files.slice(0, MOST_FILES).map((file) => `- ${markdownCell(file)}`);
  const more = files.length > MOST_FILES ? [`- and ${files.length - MOST_FILES} more`] : [];
  return [`### kindbox: logs of ${markdownCell(cluster)}`, '', `In ${markdownCell(folder)}:`, '', ...listed, ...more, ''].join('\n');
}
