import { Listr, type ListrTask, type ListrTaskObject } from 'listr2';

type Context = Record<string, never>;
export type TreeTask = ListrTaskObject<Context, any, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- listr2's own default
export type TreeTaskSpec = ListrTask<Context>;

export const LIST_OPTIONS = {
  concurrent: true,
  exitOnError: false,
  collectErrors: false,
  /** Its handler exits with 127 and undoes nothing. */
  registerSignalListeners: false,
} as const;

/**
 * A list that takes tasks while it runs, which listr2's own does not: it starts what it holds when it is started.
 * Each task runs in a list of its own, whose renderer is silent, and is shown in this one.
 */
export class LiveList extends Listr<Context> {
  readonly #closed: Promise<void>;
  #close!: () => void;

  constructor(readonly owner: TreeTask) {
    super([], LIST_OPTIONS, owner);
    this.#closed = new Promise((resolve) => (this.#close = resolve));
  }

  append(spec: TreeTaskSpec): TreeTask {
    const single = new Listr<Context, 'silent', 'silent'>(spec, { ...LIST_OPTIONS, renderer: 'silent' }, this.owner as never);
    const [task] = single.tasks as unknown as TreeTask[];
    if (task === undefined) throw new Error('listr2 made no task');
    this.tasks.push(task as LiveList['tasks'][number]);
    void single.run({});
    return task;
  }

  close(): void {
    this.#close();
  }

  override async run(): Promise<Context> {
    await this.#closed;
    return {};
  }
}
