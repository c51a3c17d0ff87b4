// @ts-check
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { escapeData, escapeProperty, linesOf } from './escape.mjs';

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

/** A mistake in the workflow, or something that the runner lacks: shown without a stack trace. */
export class ActionError extends Error {
  /**
   * @param {string} message
   * @param {{readonly title?: string, readonly details?: string}} [more] `details` are not ours, and too long for an annotation
   */
  constructor(message, { title = 'kindbox', details } = {}) {
    super(message);
    this.name = 'ActionError';
    this.title = title;
    this.details = details;
  }
}

/**
 * What a runner understands: commands on stdout, and lines in files that it names.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export class Runner {
  /**
   * @param {Environment} environment
   * @param {(text: string) => unknown} write To stdout: a second stream would not keep its place between the commands.
   */
  constructor(environment, write) {
    this.environment = environment;
    this.write = write;
  }

  /** Where this action may put files; the runner empties it between jobs. @returns {string} */
  get temp() {
    return this.#required('RUNNER_TEMP');
  }

  /** What relative paths are relative to. @returns {string} */
  get workspace() {
    return this.environment['GITHUB_WORKSPACE'] || process.cwd();
  }

  /** Whether step debug logging is on. */
  get debugging() {
    return this.environment['RUNNER_DEBUG'] === '1';
  }

  /** @param {string} text A line of our own words. */
  info(text) {
    this.foreign([text]);
  }

  /** @param {string} text */
  debug(text) {
    this.#command('debug', {}, text);
  }

  /** @param {string} text @param {string} [title] */
  notice(text, title = 'kindbox') {
    this.#command('notice', { title }, text);
  }

  /** @param {string} text @param {string} [title] */
  warning(text, title = 'kindbox') {
    this.#command('warning', { title }, text);
  }

  /** @param {string} text @param {string} [title] */
  error(text, title = 'kindbox') {
    this.#command('error', { title }, text);
  }

  /**
   * Prints lines of which none is taken for a command, whoever wrote them.
   * @param {readonly string[]} texts
   */
  foreign(texts) {
    const lines = texts.flatMap(linesOf);
    if (lines.some(mayBeCommand)) this.#withoutCommands((print) => lines.forEach(print));
    else lines.forEach((line) => this.write(`${line}\n`));
  }

  /**
   * A part of the log that can be folded, in which no command is obeyed.
   * @template T
   * @param {string} title
   * @param {(print: (text: string) => void) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async group(title, work) {
    this.#command('group', {}, title);
    const token = this.#stopCommands();
    try {
      return await work((text) => linesOf(text).forEach((line) => this.write(`${line}\n`)));
    } finally {
      this.write(`::${token}::\n`);
      this.#command('endgroup', {}, '');
    }
  }

  /** @param {string} name @param {string} value */
  setOutput(name, value) {
    this.#append('GITHUB_OUTPUT', keyValue(name, value));
  }

  /** For the post step, which sees it as STATE_name. @param {string} name @param {string} value */
  saveState(name, value) {
    this.#append('GITHUB_STATE', keyValue(name, value));
  }

  /** For the steps that follow. @param {string} name @param {string} value */
  exportVariable(name, value) {
    this.#append('GITHUB_ENV', keyValue(name, value));
  }

  /** For the steps that follow. @param {string} folder */
  addPath(folder) {
    if (/[\r\n]/.test(folder)) throw new ActionError(`A path with a line break cannot be added to PATH: ${JSON.stringify(folder)}`);
    this.#append('GITHUB_PATH', `${folder}\n`);
  }

  /** @param {string} markdown Not every runner shows it. */
  summarize(markdown) {
    if (this.environment['GITHUB_STEP_SUMMARY']) this.#append('GITHUB_STEP_SUMMARY', `${markdown}\n`);
  }

  /** @param {(print: (line: string) => void) => void} work */
  #withoutCommands(work) {
    const token = this.#stopCommands();
    work((line) => this.write(`${line}\n`));
    this.write(`::${token}::\n`);
  }

  #stopCommands() {
    const token = randomBytes(16).toString('hex');
    this.#command('stop-commands', {}, token);
    return token;
  }

  /** @param {string} name @param {Readonly<Record<string, string>>} properties @param {string} text */
  #command(name, properties, text) {
    const shown = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`).join(',');
    this.write(`::${name}${shown === '' ? '' : ` ${shown}`}::${escapeData(linesOf(text).join('\n'))}\n`);
  }

  /** @param {string} variable @param {string} text */
  #append(variable, text) {
    const file = this.#required(variable);
    if (!existsSync(file)) throw new ActionError(`The file that ${variable} names is not there: ${file}`);
    appendFileSync(file, text);
  }

  /** @param {string} variable */
  #required(variable) {
    const value = this.environment[variable];
    if (!value) throw new ActionError(`${variable} is not set: this is an action, which a GitHub Actions runner starts. Elsewhere, call kindbox itself (docs/ci.md).`);
    return value;
  }
}

/** The runner trims a line before it looks for `::`, and looks for `##[` anywhere. @param {string} line */
function mayBeCommand(line) {
  return line.trimStart().startsWith('::') || line.includes('##[');
}

/** @param {string} name @param {string} value */
function keyValue(name, value) {
  const delimiter = `kindbox-${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}
