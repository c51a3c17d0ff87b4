// @ts-check
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { ActionError } from './runner.mjs';

/** @typedef {import('./runner.mjs').Environment} Environment */
/** @typedef {readonly [string, ...string[]]} Argv */
/** @typedef {{readonly code: number, readonly stdout: string, readonly stderr: string}} Ended `code` is 127 where there is no such program, and 128 and more after a signal. */

/** Only what a program needs: the inputs, the states and the tokens of the job are none of its business. */
const WITHHELD = /^(INPUT_|STATE_|ACTIONS_|GITHUB_(TOKEN|ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$)/;
const SIGNALS = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });

/** @param {Environment} environment @param {Environment} [changes] @returns {NodeJS.ProcessEnv} */
export function environmentOfPrograms(environment, changes = {}) {
  const kept = Object.entries({ ...environment, ...changes }).filter(([name, value]) => value !== undefined && !WITHHELD.test(name));
  return Object.fromEntries(kept);
}

/**
 * Runs a program to its end, whatever its exit code. While it runs, what would end us is handed on to it: the runner
 * sends a cancelled job SIGINT and, 7.5 s later, SIGTERM (actions/runner, ProcessInvoker.cs), to us alone. Nothing else
 * is begun then: the seconds that there are belong to the post step.
 * @param {Argv} argv
 * @param {{environment: NodeJS.ProcessEnv, cwd?: string | undefined, signal?: AbortSignal, intoFile?: string, onErrorLine?: (line: string) => void}} options
 *   `intoFile` takes stdout, whose folder must be there; `onErrorLine` takes stderr.
 * @returns {Promise<Ended>}
 * @throws {ActionError} when the job was cancelled, once the program has ended.
 */
export async function run([program, ...words], { environment, cwd, signal, intoFile, onErrorLine }) {
  const child = spawn(program, words, { env: environment, cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let cancelled = false;
  const handOn = (/** @type {NodeJS.Signals} */ name) => {
    cancelled = true;
    child.kill(name);
  };
  for (const name of Object.keys(SIGNALS)) process.on(name, handOn);
  try {
    /** @type {Promise<number>} */
    const ended = new Promise((done) => {
      child.once('error', (error) => done('code' in error && error.code === 'ENOENT' ? 127 : 126));
      child.once('close', (code, name) => done(code ?? (name === null ? 1 : SIGNALS[/** @type {keyof SIGNALS} */ (name)] ?? 137)));
    });
    const output = intoFile === undefined ? textOf(child.stdout) : pipeline(child.stdout, createWriteStream(intoFile)).then(() => '');
    const errors = onErrorLine === undefined ? textOf(child.stderr) : eachLine(child.stderr, onErrorLine);
    const [code, stdout, stderr] = await Promise.all([ended, output, errors]);
    if (cancelled) throw new ActionError('The job was cancelled.', { title: 'kindbox' });
    return { code, stdout, stderr };
  } finally {
    for (const name of Object.keys(SIGNALS)) process.off(name, handOn);
  }
}

/** @param {import('node:stream').Readable} stream */
async function textOf(stream) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** @param {import('node:stream').Readable} stream @param {(line: string) => void} take */
async function eachLine(stream, take) {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) take(line);
  return '';
}
