import type { ClusterPlan } from '../cluster/operations.js';
import { inDependencyOrder } from '../plan/execute.js';
import { shellComment } from '../shell/words.js';
import { linesFor } from './commands.js';
import type { ScriptFacts } from './facts.js';

/** A POSIX shell script that does one after the other what the plan's operations do at the same time. */
export async function scriptFor(plan: ClusterPlan, facts: ScriptFacts, about: readonly string[]): Promise<string> {
  const steps: string[] = [];
  for (const operation of inDependencyOrder(plan.operations)) {
    const lines = await linesFor(operation, facts);
    if (lines.length > 0) steps.push([shellComment(operation.title.replace(/ \.\.\..*$/, '')), ...lines].join('\n'));
  }
  const parts = [
    ['#!/bin/sh', ...about.map(shellComment), 'set -eu'],
    ...(facts.cni === undefined ? [["# The manifest of the cluster's network was a file of the user's.", 'manifest=${1:?give the path of the manifest of the network}']] : []),
    retryLines(facts.waitSeconds),
    ...(facts.dividing ? [facts.engine.functions] : []),
    steps,
  ];
  return `${parts.map((part) => part.join(part === steps ? '\n\n' : '\n')).join('\n\n')}\n`;
}

function retryLines(seconds: number): string[] {
  return [
    `# retry COMMAND...: once a second, ${seconds} times at most.`,
    'retry() {',
    `  tries=${seconds}`,
    '  until "$@"; do',
    '    tries=$((tries - 1))',
    '    [ "$tries" -gt 0 ] || return 1',
    '    sleep 1',
    '  done',
    '}',
  ];
}
