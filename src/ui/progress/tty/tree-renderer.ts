import type { EngineEvent, StepEvent } from '../../../events/event.js';
import { sanitizeLine } from '../../terminal/sanitize.js';
import type { OutputStream } from '../../terminal/streams.js';
import { noteLine, settingLines } from '../lines.js';
import type { ProgressRenderer } from '../renderer.js';
import { Tree, type TreeItem } from './tree.js';

/** A live tree of steps with their times. */
export class TreeRenderer implements ProgressRenderer {
  readonly #items = new Map<string, TreeItem>();
  readonly #running = new Map<string, StepEvent>();
  #tree: Tree | undefined;
  #wroteAnything = false;

  constructor(
    private readonly stderr: OutputStream,
    private readonly coloured: boolean,
  ) {}

  handle(event: EngineEvent): void {
    this.#wroteAnything = true;
    if (event.type === 'step') this.#step(event);
    else if (event.type === 'note') this.tell(noteLine(event));
    else this.#print([sanitizeLine(event.title), '', ...settingLines(event), '']);
  }

  tell(text: string): void {
    this.#print(text.split('\n'));
  }

  async stop(outcome?: 'failed'): Promise<void> {
    for (const [id, step] of [...this.#running].reverse()) {
      this.#items.get(id)?.end('skipped', step.parentId === undefined ? undefined : `${sanitizeLine(step.title)} (stopped)`);
    }
    this.#running.clear();
    const tree = this.#tree;
    this.#tree = undefined;
    this.#items.clear();
    await tree?.close();
    if (outcome === 'failed' && this.#wroteAnything) this.stderr.write('\n');
  }

  /** Before there is a tree, lines are simply printed; then they become a part of it, in order. */
  #print(lines: readonly string[]): void {
    if (this.#tree === undefined) this.stderr.write(`${lines.join('\n')}\n`);
    else for (const line of lines.filter((each) => each !== '')) this.#tree.addGroup(line).end('skipped', line);
  }

  #step(step: StepEvent): void {
    const title = sanitizeLine(step.title);
    const item = this.#items.get(step.id) ?? this.#add(step, title);
    if (step.status === 'running') {
      this.#running.set(step.id, step);
      const detail = detailOf(step);
      if (detail !== undefined) item.detail(detail);
      return;
    }
    this.#running.delete(step.id);
    const reason = step.detail === undefined ? undefined : sanitizeLine(step.detail);
    if (step.status === 'done' || step.status === 'failed') item.end(step.status, reason);
    else item.end('skipped', `${title} (${reason ?? step.status})`);
  }

  #add(step: StepEvent, title: string): TreeItem {
    this.#tree ??= new Tree(this.stderr, this.coloured);
    const group = step.parentId === undefined ? undefined : this.#items.get(step.parentId)?.children;
    const item = group === undefined ? this.#tree.addGroup(title) : this.#tree.addStep(group, title);
    this.#items.set(step.id, item);
    return item;
  }
}

function detailOf({ detail, current, total }: StepEvent): string | undefined {
  const share = current === undefined || total === undefined || total === 0 ? undefined : `${Math.floor((100 * current) / total)} %`;
  const parts = [share, detail === undefined ? undefined : sanitizeLine(detail)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('  ');
}
