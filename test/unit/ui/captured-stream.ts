import type { OutputStream } from '../../../src/ui/terminal/streams.js';

export interface CapturedStream extends OutputStream {
  text(): string;
}

export function capturedStream(terminal: { isTTY?: boolean; columns?: number; rows?: number } = {}): CapturedStream {
  let written = '';
  return {
    ...terminal,
    write: (text: string) => {
      written += text;
      return true;
    },
    text: () => written,
  };
}

const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g; // eslint-disable-line no-control-regex -- what a terminal would obey

export function withoutEscapes(text: string): string {
  return text.replace(ESCAPES, '');
}
