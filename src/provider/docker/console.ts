import { buffer } from 'node:stream/consumers';
import type { DockerClient } from './client.js';
import { rawRequest } from './raw-request.js';
import { FrameParser } from './streams/frame-parser.js';

/** Colours, cursor movements and window titles, which systemd writes to its terminal. */
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_()][0-9A-B]?)/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** The last lines of a container's output as plain text. Works for nodes, which have a terminal, and for others. */
export async function readConsole(client: DockerClient, id: string, lines: number, signal: AbortSignal): Promise<string> {
  const query = { stdout: true, stderr: true, tail: lines };
  const output = await client.call(
    `Cannot read the console of container ${id.slice(0, 12)}`,
    async () => buffer(await rawRequest(client, 'GET', `/containers/${id}/logs`, query, signal)),
    signal,
  );
  return plainText(demultiplexed(output));
}

export function plainText(output: Buffer): string {
  return output.toString('utf8').replace(ESCAPES, '').replace(/\r+\n/g, '\n').replace(CONTROLS, '').trimEnd();
}

/** Logs of a container without a terminal come in frames; those of one with a terminal are raw, and cannot look like frames. */
function demultiplexed(output: Buffer): Buffer {
  const parts: Buffer[] = [];
  const parser = new FrameParser((_stream, payload) => parts.push(payload));
  try {
    parser.push(output);
    return parser.complete ? Buffer.concat(parts) : output;
  } catch {
    return output;
  }
}
