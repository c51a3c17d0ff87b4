import { Duplex } from 'node:stream';
import { KindboxError } from '../../errors/index.js';
import type { DockerClient } from './client.js';
import { cancellation, cutConnection, exitCodeOf, startExec, type ExecSession } from './exec-session.js';
import { FrameParser } from './streams/frame-parser.js';

const STDERR_KEPT = 4096;

/** A byte stream to the stdin and from the stdout of a command in a node. Fails with the command's stderr if that fails. */
export async function openTunnel(client: DockerClient, nodeId: string, argv: readonly string[], signal: AbortSignal): Promise<Duplex> {
  const session = await startExec(client, nodeId, argv, true, signal);
  return new ExecTunnel(client, nodeId, argv, session, signal);
}

class ExecTunnel extends Duplex {
  private readonly parser = new FrameParser((stream, payload) => this.receive(stream, payload));
  private readonly onAbort = () => this.destroy(cancellation(this.signal));
  private stderr = Buffer.alloc(0);

  constructor(
    private readonly client: DockerClient,
    private readonly nodeId: string,
    private readonly argv: readonly string[],
    private readonly session: ExecSession,
    private readonly signal: AbortSignal,
  ) {
    super({ allowHalfOpen: true });
    const { socket } = session;
    socket.on('data', (chunk: Buffer) => this.parse(chunk));
    socket.once('end', () => void this.conclude());
    socket.once('close', () => {
      // Without an `end` before it, the connection was cut.
      if (!socket.readableEnded) this.destroy(cutConnection(argv));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.destroy(cutConnection(argv, error));
    });
    if (signal.aborted) this.onAbort();
    else signal.addEventListener('abort', this.onAbort, { once: true });
  }

  override _read(): void {
    this.session.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.session.socket.write(chunk, (error) => done(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.session.socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.signal.removeEventListener('abort', this.onAbort);
    this.session.socket.destroy();
    done(error);
  }

  private parse(chunk: Buffer): void {
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  private receive(stream: 'stdout' | 'stderr', payload: Buffer): void {
    if (stream === 'stderr') this.stderr = Buffer.concat([this.stderr, payload]).subarray(-STDERR_KEPT);
    else if (!this.push(payload)) this.session.socket.pause();
  }

  /** The end is told only once it is known whether it was a good one. */
  private async conclude(): Promise<void> {
    try {
      if (!this.parser.complete) throw cutConnection(this.argv);
      const exitCode = await exitCodeOf(this.client, this.nodeId, this.session);
      if (exitCode !== 0) throw this.failed(exitCode);
      if (!this.destroyed) this.push(null);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  private failed(exitCode: number): KindboxError {
    return new KindboxError(`The command ${this.argv[0]} that carries a connection into a node ended with exit code ${exitCode}`, {
      reason: 'cluster',
      because: 'Nothing listens at the other end, or it closed the connection.',
      next: ['kindbox list'],
      logTail: this.stderr.toString('utf8').trim() || undefined,
    });
  }
}
