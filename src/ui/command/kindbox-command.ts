import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { Input, ParserOutput } from '@oclif/core/interfaces';
import type { EngineContext } from '../../engine.js';
import { EXIT_CODES, type ExitReason } from '../../errors/index.js';
import type { ImageBuilder } from '../../provider/image-builder.js';
import type { StandaloneNodes } from '../../provider/standalone.js';
import { Interruption, type InterruptionTexts } from '../interruption.js';
import { escapeJson, sanitize } from '../terminal/sanitize.js';
import { processHost, tellAtOnce } from '../process-host.js';
import type { ProgressRenderer } from '../progress/renderer.js';
import { createRenderer, type RendererWishes } from '../progress/select.js';
import { expandAbbreviations, type OptionShapes } from './abbreviations.js';
import { progressFlag, timelineFlags } from './flags.js';

/** What the engine is given; building images needs more of Docker than running nodes. */
export type CommandContext = EngineContext & { readonly builder: ImageBuilder; readonly standalone: StandaloneNodes };

type Values = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- as oclif declares it

const READ_ONLY: InterruptionTexts = { consequence: 'stopping' };

/** Parses, hands the engine what it needs, and turns what comes back into output and an exit code. */
export abstract class KindboxCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = { progress: progressFlag(), ...timelineFlags };

  #global: RendererWishes = {};
  #renderer: ProgressRenderer | undefined;
  #interruption: Interruption | undefined;

  /** Runs a command as oclif's `run` does, with the configuration that there is. */
  static async start(this: typeof KindboxCommand, id: string, argv: string[], config: Config): Promise<void> {
    this.id = id;
    const Concrete = this as unknown as new (argv: string[], config: Config) => KindboxCommand;
    await new Concrete(argv, config)._run();
  }

  /** Variables that the engine may read. */
  get environment(): EngineContext['environment'] {
    return process.env;
  }

  /** `texts` says what an interruption sets off; a command that changes nothing needs none. */
  async engineContext(texts: InterruptionTexts = READ_ONLY): Promise<CommandContext> {
    const renderer = await createRenderer(this.#global, process.stderr, this.environment);
    this.#renderer = renderer;
    this.#interruption = new Interruption(processHost, texts, (text, leaving) => this.#tell(text, leaving));
    const { connectDocker } = await import('../../provider/docker/connect.js');
    const docker = await connectDocker(this.environment);
    return {
      provider: docker,
      builder: docker,
      standalone: docker,
      emit: (event) => renderer.handle(event),
      signal: this.#interruption.signal,
      environment: this.environment,
    };
  }

  /** The result for people, once progress is over; `--json` prints what run() returns instead. */
  async print(text: string): Promise<void> {
    await this.#endProgress();
    const shown = process.stdout.isTTY ? sanitize(text) : text;
    if (!this.jsonEnabled()) process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
  }

  /** The exit code of a run that has a result to print all the same. */
  endWith(reason: ExitReason): void {
    process.exitCode = EXIT_CODES[reason];
  }

  /** oclif's own would colour it, and leaves characters in it that some terminals obey. */
  protected override logJson(json: unknown): void {
    process.stdout.write(`${escapeJson(JSON.stringify(json, null, 2))}\n`);
  }

  /** A remark beside the result. */
  async hint(text: string): Promise<void> {
    await this.#endProgress();
    process.stderr.write(`${sanitize(text)}\n`);
  }

  protected override async init(): Promise<void> {
    this.argv = expandAbbreviations(this.argv, this.#optionShapes());
    if (this.#asksForHelp()) await this.#showHelp();
    await super.init();
  }

  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv ?? this.argv);
    this.#global = parsed.flags as RendererWishes;
    return parsed;
  }

  protected override async catch(error: Error): Promise<void> {
    await this.#endProgress('failed');
    if (isExit(error)) {
      process.exitCode = error.oclif.exit;
      return;
    }
    const { reportFailure } = await import('../error/report.js');
    process.exitCode = reportFailure(
      error,
      { stdout: process.stdout, stderr: process.stderr, environment: process.env, json: this.jsonEnabled(), version: this.config.version },
      { command: this.id?.replaceAll(':', ' '), options: Object.keys(this.#optionShapes()), signal: this.#interruption?.signal },
    );
  }

  protected override async finally(): Promise<void> {
    await this.#endProgress();
    this.#interruption?.release();
  }

  /** `--help` itself is seen before a command is loaded; its abbreviations are not. */
  #asksForHelp(): boolean {
    const help = this.argv.indexOf('--help');
    const end = this.argv.indexOf('--');
    return help !== -1 && (end === -1 || help < end);
  }

  async #showHelp(): Promise<never> {
    const { helpPage } = await import('../help-pages.js');
    process.stdout.write(helpPage(this.config.root, this.ctor.id.split(':')));
    return this.exit(0);
  }

  #optionShapes(): OptionShapes {
    const { flags, baseFlags } = this.ctor;
    return { ...baseFlags, ...flags, json: { type: 'boolean' } };
  }

  async #endProgress(outcome?: 'failed'): Promise<void> {
    const renderer = this.#renderer;
    this.#renderer = undefined;
    await renderer?.stop(outcome);
  }

  #tell(text: string, leaving: boolean): void {
    if (leaving || this.#renderer === undefined) tellAtOnce(text);
    else this.#renderer.tell(text);
  }
}

function isExit(error: Error): error is Error & { oclif: { exit: number } } {
  return 'code' in error && error.code === 'EEXIT' && 'oclif' in error;
}
