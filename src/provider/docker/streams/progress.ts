import { pipeline } from 'node:stream/promises';
import { LineSplitter } from './line-splitter.js';

/** One line of what pulling, importing and building report. */
export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  /** Output of a build step. */
  readonly stream?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: { readonly ID?: string };
  /** Failures come as data, under HTTP 200. */
  readonly error?: string;
}

/**
 * Reads a progress stream to its end. @returns the daemon's error message if it reported one.
 * @throws when the connection is cut or `signal` is aborted.
 */
export async function readProgress(stream: NodeJS.ReadableStream, onProgress: (line: ProgressLine) => void, signal: AbortSignal): Promise<string | undefined> {
  let failure: string | undefined;
  const lines = new LineSplitter((text) => {
    const line = parseLine(text);
    if (!line) return;
    if (typeof line.error === 'string') failure ??= line.error;
    else onProgress(line);
  });
  await pipeline(
    stream,
    async (chunks: AsyncIterable<string | Buffer>) => {
      for await (const chunk of chunks) lines.push(Buffer.from(chunk as Buffer));
    },
    { signal },
  );
  lines.end();
  return failure;
}

function parseLine(text: string): ProgressLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
