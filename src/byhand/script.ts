import type { ClusterPlan } from '../cluster/operations.js';
import { inDependencyOrder } from '../plan/execute.js';
import { linesFor } from './commands.js';
import type { ScriptFacts } from './facts.js';

const HEADER = `set -eu

# retry COMMAND...: once a second, for at most five minutes.
retry() {
  tries=300
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 1
  done
}
`;

/** A POSIX shell script that does one after the other what the plan's operations do at the same time. */
export async function scriptFor(plan: ClusterPlan, facts: ScriptFacts, about: string): Promise<string> {
  const parts: string[] = [];
  for (const operation of inDependencyOrder(plan.operations)) {
    const lines = await linesFor(operation, facts);
    if (lines.length > 0) parts.push([`# ${operation.title.replace(/ \.\.\..*$/, '')}`, ...lines].join('\n'));
  }
  const functions = facts.dividing ? `${facts.engine.functions.join('\n')}\n` : '';
  const asked = facts.cni === undefined ? '# The manifest of the cluster\'s network was the user\'s own: give its path.\nmanifest=${1:?path of the manifest of the network}\n' : '';
  return `#!/bin/sh\n# ${about}\n${HEADER}\n${[functions, asked, ...parts].filter((part) => part !== '').join('\n\n').replace(/\n{3,}/g, '\n\n')}\n`;
}
