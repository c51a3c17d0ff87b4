/** Docker's numbers for the streams that it interleaves on one connection. */
const STREAM_NAMES = ['stdin', 'stdout', 'stderr'] as const;
const HEADER_BYTES = 8;

export type OutputStream = 'stdout' | 'stderr';

/**
 * Splits the multiplexed stream of exec and attach: frames of [stream, 0, 0, 0, length as uint32 BE] and a payload.
 * Payload is handed on as it comes, without waiting for whole frames and without copies.
 */
export class FrameParser {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private headerFilled = 0;
  private payloadLeft = 0;
  private current: OutputStream = 'stdout';

  constructor(private readonly onPayload: (stream: OutputStream, payload: Buffer) => void) {}

  /** False in the middle of a frame: a connection that ends here was cut. */
  get complete(): boolean {
    return this.headerFilled === 0 && this.payloadLeft === 0;
  }

  /** @throws RangeError when the bytes are not of this format. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.payloadLeft === 0) at = this.fillHeader(chunk, at);
      else {
        const end = Math.min(at + this.payloadLeft, chunk.length);
        this.payloadLeft -= end - at;
        this.onPayload(this.current, chunk.subarray(at, end));
        at = end;
      }
    }
  }

  private fillHeader(chunk: Buffer, at: number): number {
    const end = Math.min(at + HEADER_BYTES - this.headerFilled, chunk.length);
    chunk.copy(this.header, this.headerFilled, at, end);
    this.headerFilled += end - at;
    if (this.headerFilled < HEADER_BYTES) return end;
    const name = STREAM_NAMES[this.header.readUInt8(0)];
    if (name === undefined) throw new RangeError('The stream from Docker is not multiplexed as expected');
    this.current = name === 'stderr' ? 'stderr' : 'stdout';
    this.payloadLeft = this.header.readUInt32BE(4);
    this.headerFilled = 0;
    return end;
  }
}
