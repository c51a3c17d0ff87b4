import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KindboxError, messageOf } from '../errors/index.js';
import type { NodeProvider } from '../provider/provider.js';
import type { Source } from './bundle-plan.js';
import { scrubbedJson } from './scrub.js';
import { scrubbing } from './scrub-stream.js';

/** Milliseconds. A node that hangs must not hold up the others' logs for ever. */
const ITEM_TIMEOUT = 120_000;
/** Lines of a node's console: systemd's own messages, not a log of its services. */
const CONSOLE_LINES = 5000;

export interface Reading {
  readonly provider: NodeProvider;
  readonly signal: AbortSignal;
  /** Secrets to be removed wherever they stand. */
  readonly known: readonly string[];
}

export const NO_TIME = 'there was no time left';

/** Something worth saying of a file that is complete. */
export type Remark = string | undefined;

type Of<K extends Source['kind']> = Extract<Source, { kind: K }>;

/** Writes the content of a source into a file. Rejects when not all of it could be had; what came first is in the file then. */
export async function readSource(source: Exclude<Source, Of<'pod-logs'>>, file: FileHandle, reading: Reading): Promise<Remark> {
  switch (source.kind) {
    case 'stream': return stream(source, file, reading);
    case 'report': return report(source, file, reading);
    case 'console': return save(Readable.from([await reading.provider.nodeConsole(source.node.id, CONSOLE_LINES, limited(reading))]), file, reading);
    case 'inspect': return inspect(source, file, reading);
    case 'events': return events(source, file, reading);
  }
}

async function stream({ node, argv }: Of<'stream'>, file: FileHandle, reading: Reading): Promise<Remark> {
  const signal = limited(reading);
  const output = await reading.provider.openStream(node.id, argv, signal);
  output.end();
  // Ends only when the command has ended well: a cut connection, or an exit code, is an error of the stream.
  return save(output, file, reading, signal);
}

async function report({ node, argv }: Of<'report'>, file: FileHandle, reading: Reading): Promise<Remark> {
  const { exitCode, stdout, stderr } = await reading.provider.exec(node.id, argv, { signal: reading.signal, timeoutMs: ITEM_TIMEOUT });
  await save(Readable.from([stdout, stderr]), file, reading);
  return exitCode === 0 ? undefined : `${argv[0]} ended with exit code ${exitCode}`;
}

async function inspect({ objects }: Of<'inspect'>, file: FileHandle, { provider, signal, known }: Reading): Promise<Remark> {
  const settled = await Promise.allSettled(objects.map(({ kind, id }) => provider.inspect(kind, id, signal)));
  const found = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  await file.writeFile(scrubbedJson(found, known));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return undefined;
}

async function events({ cluster }: Of<'events'>, file: FileHandle, { provider, signal, known }: Reading): Promise<Remark> {
  const { nodes, networks, volumes } = cluster;
  const past = await provider.pastEvents({
    cluster: cluster.name, networkIds: networks.map(({ id }) => id), volumeIds: volumes.map(({ id }) => id),
    since: Math.min(Date.now(), ...nodes.map(({ createdAt }) => createdAt)),
  }, signal);
  const lines = past.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  await save(Readable.from([lines]), file, { provider, signal, known });
  // Docker keeps the last 256 of all its containers.
  return past.incomplete ? 'the engine remembers only its latest events: those of the creation are not among them' : undefined;
}

async function save(input: Readable, file: FileHandle, { known }: Reading, signal?: AbortSignal): Promise<undefined> {
  await pipeline(input, scrubbing(known), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await file.appendFile(chunk);
  }, { ...(signal === undefined ? {} : { signal }) });
}

function limited({ signal }: Reading): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ITEM_TIMEOUT)]);
}

/** Why something could not be had, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof KindboxError) return [error.message, error.logTail ?? error.because].filter((text) => text !== undefined).join(': ').replace(/\s+/g, ' ');
  const { name } = error as { name?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return NO_TIME;
  return messageOf(error);
}
