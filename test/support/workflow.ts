import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ActionsRunner, StepRun } from './actions-runner.js';

export interface WorkflowStep {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A fenced block of a Markdown file, of those that `<!-- recipe: NAME -->` precedes. */
export async function recipe(file: string | URL, name: string): Promise<string> {
  const [, text] = new RegExp(`<!-- recipe: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\\n\`\`\`\\n`).exec(await readFile(file, 'utf8')) ?? [];
  if (text === undefined) throw new Error(`there is no recipe ${name}`);
  return `${text}\n`;
}

export function stepsOf(workflow: string): readonly WorkflowStep[] {
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: readonly WorkflowStep[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

/** Runs the steps as a runner does, but those that use an action which is not among `actions`: folders by their name. */
export async function runSteps(job: ActionsRunner, steps: readonly WorkflowStep[], actions: Readonly<Record<string, string>>): Promise<Map<string, StepRun>> {
  const runs = new Map<string, StepRun>();
  for (const step of steps) {
    const wanted = { 'failure()': job.status === 'failure', 'always()': true, 'success()': job.status === 'success' }[step.if ?? 'success()'];
    if (wanted === undefined) throw new Error(`the stand-in for a runner does not know the condition ${step.if}`);
    const folder = actions[step.uses ?? ''];
    if (!wanted || (step.run === undefined && folder === undefined)) continue;
    const options = step.id === undefined ? {} : { id: step.id };
    const given = Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, String(value)]));
    const run = folder === undefined ? await job.run(step.run ?? '', { ...options, env: step.env ?? {} }) : await job.uses(folder, given, options);
    runs.set(step.name ?? step.uses ?? step.run ?? '', run);
  }
  return runs;
}
