import type { Finding, RepairResult } from '../../cluster/options.js';
import { sanitizeLine } from '../terminal/sanitize.js';

export function repairedText({ name, healthy, findings, repaired }: RepairResult): string {
  const problems = findings.filter(({ level }) => level === 'problem');
  const notes = findings.filter(({ level }) => level === 'note').map(({ found }) => sanitizeLine(`- ${found} (left as it is)`));
  const isDone = repaired.length > 0;
  return [...problems.flatMap((finding) => linesOf(finding, isDone)), ...notes, verdict(name, healthy, problems)].join('\n');
}

function verdict(name: string, healthy: boolean, problems: readonly Finding[]): string {
  if (problems.length === 0) return `Nothing to repair: ${name} is whole.`;
  if (healthy) return `Repaired: ${name} is whole again.`;
  return problems.some(({ repair }) => repair !== null) ? `Do it with: kindbox repair ${name}` : `${name} cannot be repaired.`;
}

function linesOf({ found, repair, next }: Finding, isDone: boolean): string[] {
  if (repair !== null) return [sanitizeLine(`- ${found} (${isDone ? 'done' : 'repair'}: ${repair})`)];
  return [sanitizeLine(`- ${found} (cannot be brought back)`), ...next.map((step) => `  ${sanitizeLine(/^[a-z]/.test(step) ? `$ ${step}` : step)}`)];
}
