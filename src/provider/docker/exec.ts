import type { Duplex, Readable } from 'node:stream';
import { KindboxError } from '../../errors/index.js';
import { tooSlow } from '../../nodes/node-failure.js';
import type { ExecOptions, ExecResult } from '../types.js';
import type { DockerClient } from './client.js';
import { cancellation, cutConnection, exitCodeOf, startExec } from './exec-session.js';
import { FrameParser, type OutputStream } from './streams/frame-parser.js';
import { LineSplitter } from './streams/line-splitter.js';

/**
 * Runs a command to its end. Docker has no call that kills one (moby#35703): when `signal` is aborted or the time is
 * over only the waiting ends, and whoever asked for the end removes the node.
 */
export async function runExec(client: DockerClient, nodeId: string, argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const limit = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signal = limit ? AbortSignal.any([options.signal, limit]) : options.signal;
  try {
    const session = await startExec(client, nodeId, argv, options.stdin !== undefined, signal);
    const output = new OutputCollector(options.onLine);
    await converse(session.socket, argv, options.stdin, output, signal);
    const exitCode = await exitCodeOf(client, nodeId, session);
    return { exitCode, ...output.texts() };
  } catch (error) {
    if (limit?.aborted && !options.signal.aborted) throw tooSlow(`The command ${argv[0]} in a node did not end within ${(options.timeoutMs ?? 0) / 1000} seconds`);
    throw error;
  }
}

/** Writes stdin, closes it, and reads to the end of the connection. Leaves the socket destroyed and without listeners. */
export async function converse(socket: Duplex, argv: readonly string[], stdin: ExecOptions['stdin'], output: OutputCollector, signal: AbortSignal): Promise<void> {
  const parser = new FrameParser((stream, payload) => output.push(stream, payload));
  let abort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(cancellation(signal));
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      socket.on('data', (chunk: Buffer) => {
        try {
          parser.push(chunk);
        } catch (error) {
          reject(error instanceof KindboxError ? error : cutConnection(argv, error));
        }
      });
      socket.once('end', () => (parser.complete ? resolve() : reject(cutConnection(argv))));
      socket.once('close', () => reject(cutConnection(argv)));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        // The command may end without reading all of its stdin; its output and exit code are still to come.
        if (error.code !== 'EPIPE') reject(cutConnection(argv, error));
      });
      if (isStream(stdin)) {
        stdin.once('error', reject);
        // One that broke before it was read does not say so again.
        if (stdin.destroyed) reject(stdin.errored ?? new Error('The stream was closed before it was read'));
        else stdin.pipe(socket);
      } else if (stdin !== undefined) socket.end(stdin);
    });
    output.end();
  } finally {
    if (abort) signal.removeEventListener('abort', abort);
    if (isStream(stdin)) stdin.destroy();
    socket.removeAllListeners('data');
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

function isStream(stdin: ExecOptions['stdin']): stdin is Readable {
  return stdin !== undefined && typeof stdin !== 'string' && !Buffer.isBuffer(stdin);
}

/** Bytes. What is longer is read as a stream. */
const MOST_KEPT = 100e6;

export class OutputCollector {
  /** False for output that is only passed on line by line. */
  private readonly keeps: boolean;
  private kept = 0;
  private readonly chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  private readonly splitters: Record<OutputStream, LineSplitter> | undefined;

  constructor(onLine?: (line: string, stream: OutputStream) => void, keeps = true) {
    this.keeps = keeps;
    if (!onLine) return;
    this.splitters = {
      stdout: new LineSplitter((line) => onLine(line, 'stdout')),
      stderr: new LineSplitter((line) => onLine(line, 'stderr')),
    };
  }

  push(stream: OutputStream, payload: Buffer): void {
    if (this.keeps) this.keep(stream, payload);
    this.splitters?.[stream].push(payload);
  }

  private keep(stream: OutputStream, payload: Buffer): void {
    this.kept += payload.length;
    if (this.kept > MOST_KEPT) {
      this.chunks.stdout.length = this.chunks.stderr.length = 0;
      throw new KindboxError(`A command in a node printed more than ${MOST_KEPT / 1e6} MB`, { reason: 'cluster', because: 'No command that kindbox runs has so much to say: somebody replaced it.' });
    }
    this.chunks[stream].push(payload);
  }

  end(): void {
    this.splitters?.stdout.end();
    this.splitters?.stderr.end();
  }

  texts(): { stdout: string; stderr: string } {
    // Decoded in one piece, so that no character is cut at the border of two chunks.
    const { stdout, stderr } = this.chunks;
    return { stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') };
  }
}
