import type { CreatePreview } from '../../cluster/preview.js';
import { sanitizeLine } from '../terminal/sanitize.js';

/** What would be done: numbered, under its headings, each with what it waits for. */
export function planText({ name, workers, network, image, kubernetesVersion, runtime, cni, plan: { groups, operations } }: CreatePreview): string {
  const numbers = new Map(operations.map(({ id }, at) => [id, at + 1]));
  const width = String(operations.length).length;
  const titles = Math.max(...operations.map(({ title }) => sanitizeLine(title).length));
  const line = ({ id, title, needs, after = [] }: (typeof operations)[number]): string => {
    const waits = [...new Set([...needs, ...after])].map((other) => numbers.get(other) ?? 0).sort((a, b) => a - b);
    const text = `  ${String(numbers.get(id)).padStart(width)}  ${sanitizeLine(title)}`;
    return waits.length === 0 ? text : `${text.padEnd(titles + width + 6)}after ${ranges(waits)}`;
  };
  const sections = groups.flatMap((group) => {
    const own = operations.filter((operation) => operation.group === group.id);
    return own.length === 0 ? [] : [group.title, ...own.map(line), ''];
  });
  return [
    `kindbox create would make the cluster ${name}: a control plane and ${workers} ${workers === 1 ? 'worker' : 'workers'} of ${sanitizeLine(image)}`,
    `(Kubernetes ${sanitizeLine(kubernetesVersion)}) with ${runtime} on the network ${network}, with ${sanitizeLine(cni)} for pods. Nothing has been made.`,
    'Each step begins as soon as those that it comes after have ended; all others overlap.',
    '', ...sections,
  ].join('\n');
}

/** `1, 3-5`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : last === first + 1 ? `${first}, ${last}` : `${first}-${last}`)).join(', ');
}
