import { Writable } from 'node:stream';
import { Listr, ListrLogger, ProcessOutput, type ListrTaskWrapper } from 'listr2';
import type { OutputStream } from '../../terminal/streams.js';
import { LIST_OPTIONS, LiveList } from './live-list.js';
import { treeStyle } from './style.js';

export type Ending = 'done' | 'failed' | 'skipped';
type Wrapper = ListrTaskWrapper<Record<string, never>, any, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

/** One line of the tree, ended from outside. */
export interface TreeItem {
  readonly children: LiveList | undefined;
  detail(text: string): void;
  end(ending: Ending, text?: string): void;
}

/** A tree of lines on a terminal whose shape is told by events; listr2 draws it. */
export class Tree {
  readonly top: LiveList;
  readonly #finished: Promise<unknown>;

  constructor(stderr: OutputStream, coloured: boolean) {
    const logger = new ListrLogger({
      useIcons: true,
      toStderr: [],
      // listr2 draws on what it takes for stdout; stdout itself belongs to results.
      processOutput: new ProcessOutput(stderr as never, nowhere() as never, { dump: ['stdout'] }),
    });
    const root = new Listr<Record<string, never>, 'default', 'default'>({ task: () => this.top }, {
      ...LIST_OPTIONS,
      renderer: 'default',
      fallbackRenderer: 'default',
      rendererOptions: { ...treeStyle(coloured), logger },
      fallbackRendererOptions: { ...treeStyle(coloured), logger },
    });
    const [owner] = root.tasks;
    if (owner === undefined) throw new Error('listr2 made no task');
    this.top = new LiveList(owner);
    this.#finished = root.run({});
  }

  addGroup(title: string): TreeItem {
    return this.#add(this.top, title, true);
  }

  addStep(group: LiveList, title: string): TreeItem {
    return this.#add(group, title, false);
  }

  async close(): Promise<void> {
    this.top.close();
    await this.#finished;
  }

  #add(list: LiveList, title: string, isGroup: boolean): TreeItem {
    let wrapper: Wrapper | undefined;
    let children: LiveList | undefined;
    const beforeStart: ((started: Wrapper) => void)[] = [];
    const whenStarted = (act: (started: Wrapper) => void): unknown => (wrapper === undefined ? beforeStart.push(act) : act(wrapper));
    const ended = new Ended();
    const task = list.append({
      title,
      task: (_, started) => {
        wrapper = started;
        for (const act of beforeStart) act(started);
        return children ?? ended.promise;
      },
    });
    if (isGroup) children = new LiveList(task);
    return {
      children,
      detail: (text) => void whenStarted((started) => (started.output = text)),
      end: (ending, text) => {
        if (ending === 'skipped') whenStarted((started) => started.skip(text ?? title));
        if (ending === 'failed' && children === undefined) ended.reject(new Error(text ?? title));
        else ended.resolve();
        children?.close();
      },
    };
  }
}

class Ended {
  resolve!: () => void;
  reject!: (error: Error) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    // A step can fail before listr2 has come to run it.
    this.promise.catch(() => undefined);
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
