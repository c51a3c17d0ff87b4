import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { parse } from 'yaml';
import { LogReader, type Annotation } from './actions-log.js';

export type JobStatus = 'success' | 'failure' | 'cancelled';

export interface StepRun {
  readonly exitCode: number | undefined;
  /** Every line that the step has printed, as the runner gets it. */
  readonly printed: readonly string[];
  /** Names of the workflow commands that the runner has obeyed. */
  readonly obeyed: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly main: string; readonly post: string };
}

interface Post {
  readonly folder: string;
  readonly given: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
}

export interface StepOptions {
  readonly id?: string;
  /** For PATH, instead of this machine's. */
  readonly path?: string;
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string, signal: (name: NodeJS.Signals) => void) => void;
  /** Called when the step has been started. */
  readonly whileRunning?: (signal: (name: NodeJS.Signals) => void) => Promise<void>;
}

const COMMAND_FILES = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'] as const;

/**
 * One job on a runner: the environment, the files and the order of steps that actions/runner gives, for the entry points
 * that action.yml names. Sources: ActionRunner.cs, FileCommandManager.cs, ActionCommand.cs.
 */
export class ActionsRunner {
  status: JobStatus = 'success';
  readonly outputs: Record<string, Readonly<Record<string, string>>> = {};
  readonly #posts: Post[] = [];
  readonly #exported: Record<string, string> = {};
  readonly #paths: string[] = [];

  private constructor(readonly folder: string, private readonly environment: Readonly<Record<string, string>>) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ActionsRunner> {
    const folder = await mkdtemp(join(tmpdir(), 'kindbox-runner-'));
    await Promise.all(['temp', 'home', 'workspace'].map((name) => mkdir(join(folder, name))));
    return new ActionsRunner(folder, environment);
  }

  get temp(): string {
    return join(this.folder, 'temp');
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  get workspace(): string {
    return join(this.folder, 'workspace');
  }

  /** A step with `uses`. Its failure is the job's. */
  async uses(folder: string, given: Readonly<Record<string, string>> = {}, options: StepOptions = {}): Promise<StepRun> {
    const { runs, inputs } = await readAction(folder);
    const unknown = Object.keys(given).filter((name) => !(name in inputs));
    if (unknown.length > 0) throw new Error(`unexpected inputs ${unknown.join(' ')}: the runner warns of them`);
    const environment = this.#inputVariables(inputs, given);
    const { run, files } = await this.#execute([process.execPath, join(folder, runs.main)], environment, options);
    this.#posts.push({ folder, given, state: keyValues(files.GITHUB_STATE) });
    return run;
  }

  /** A step with `run`, in the shell that a runner has for it. */
  async run(script: string, options: StepOptions & { readonly env?: Readonly<Record<string, string>> } = {}): Promise<StepRun> {
    const file = join(this.folder, 'script.sh');
    await writeFile(file, this.evaluate(script));
    const environment = Object.fromEntries(Object.entries(options.env ?? {}).map(([name, value]) => [name, this.evaluate(value)]));
    return (await this.#execute(['bash', '-e', file], environment, options)).run;
  }

  /** The post steps, the last one first. */
  async end(): Promise<StepRun[]> {
    const runs: StepRun[] = [];
    for (let post = this.#posts.pop(); post !== undefined; post = this.#posts.pop()) {
      const { runs: { post: script }, inputs } = await readAction(post.folder);
      const states = Object.fromEntries(Object.entries(post.state).map(([name, value]) => [`STATE_${name}`, value]));
      const { run } = await this.#execute([process.execPath, join(post.folder, script)], { ...this.#inputVariables(inputs, post.given), ...states }, {});
      runs.push(run);
    }
    return runs;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Of the expressions of workflows, those that the recipes use. */
  evaluate(text: string): string {
    return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      const [, step, output] = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(expression) ?? [];
      if (step !== undefined && output !== undefined) return this.outputs[step]?.[output] ?? '';
      if (expression === 'job.status') return this.status;
      if (expression === 'runner.temp') return this.temp;
      if (expression === 'github.run_id') return '4711';
      throw new Error(`the stand-in for a runner does not know ${expression}`);
    });
  }

  #inputVariables(inputs: ActionFile['inputs'], given: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(inputs).map(([name, { default: initial = '' }]) => [`INPUT_${name.toUpperCase()}`, this.evaluate(given[name] ?? initial)]));
  }

  async #execute([program = '', ...argv]: readonly string[], environment: Readonly<Record<string, string>>, options: StepOptions): Promise<{ run: StepRun; files: Record<string, string> }> {
    const paths = Object.fromEntries(COMMAND_FILES.map((name) => [name, join(this.folder, name.toLowerCase())]));
    await Promise.all(Object.values(paths).map((path) => writeFile(path, '')));
    const PATH = options.path ?? process.env['PATH'] ?? '';
    const child = execa(program, argv, {
      cwd: this.workspace, stdin: 'ignore', reject: false, all: true, maxBuffer: 64 * 1024 * 1024,
      env: {
        KUBECONFIG: undefined, KINDBOX_RUNTIME: undefined, KINDBOX_KUBECONFIG: undefined, KINDBOX_PROGRESS: undefined, ...this.environment, ...this.#exported,
        CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: this.workspace, RUNNER_TEMP: this.temp, HOME: this.home,
        ACTIONS_RUNTIME_TOKEN: 'a-token-of-the-job', PATH: [...this.#paths].reverse().concat(PATH).join(delimiter), ...paths, ...environment,
      },
    });
    const reader = new LogReader();
    createInterface({ input: child.all }).on('line', (line) => {
      reader.read(line);
      options.onLine?.(line, (name) => child.kill(name));
    });
    const [{ exitCode }] = await Promise.all([child, options.whileRunning?.((name) => child.kill(name))]);
    const files = Object.fromEntries(await Promise.all(Object.entries(paths).map(async ([name, path]) => [name, await readFile(path, 'utf8')] as const)));
    const outputs = keyValues(files['GITHUB_OUTPUT']);
    Object.assign(this.#exported, keyValues(files['GITHUB_ENV']));
    this.#paths.push(...(files['GITHUB_PATH'] ?? '').split('\n').filter((line) => line !== ''));
    if (options.id !== undefined) this.outputs[options.id] = outputs;
    if (exitCode !== 0 && this.status === 'success') this.status = 'failure';
    return { run: { exitCode, outputs, summary: files['GITHUB_STEP_SUMMARY'] ?? '', printed: reader.lines, obeyed: reader.obeyed, annotations: reader.annotations }, files };
  }
}

export async function readAction(folder: string): Promise<ActionFile> {
  return parse(await readFile(join(folder, 'action.yml'), 'utf8')) as ActionFile;
}

/** `name=value` and `name<<DELIMITER`, as the runner reads them; it fails the step for anything else. */
export function keyValues(text = ''): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name, delimiterLine] = /^([^=]+?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiterLine !== undefined) {
      const end = lines.indexOf(delimiterLine, at + 1);
      if (end === -1) throw new Error(`the delimiter ${delimiterLine} does not come again`);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    } else if (line !== '') throw new Error(`not a line of a command file: ${line}`);
  }
  return values;
}
