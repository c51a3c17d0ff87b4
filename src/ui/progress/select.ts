import { wantsColour } from '../terminal/colour.js';
import type { Environment, OutputStream } from '../terminal/streams.js';
import { JsonRenderer } from './json.js';
import { PlainRenderer } from './plain.js';
import { QuietRenderer } from './quiet.js';
import type { ProgressMode, ProgressRenderer } from './renderer.js';

export function resolveMode(mode: ProgressMode, stderr: OutputStream, environment: Environment): Exclude<ProgressMode, 'auto'> {
  if (mode === 'tty' && !hasSize(stderr)) return 'plain';
  if (mode !== 'auto') return mode;
  const live = stderr.isTTY === true && hasSize(stderr) && !environment['CI'] && environment['TERM'] !== 'dumb';
  return live ? 'tty' : 'plain';
}

/** `script` and some CI runners give out terminals of no width, on which a tree cannot be drawn. */
function hasSize({ columns }: OutputStream): boolean {
  return columns !== 0;
}

export interface RendererWishes {
  readonly progress?: ProgressMode;
  readonly timeline?: boolean;
  readonly trace?: string;
}

export async function createRenderer(wishes: RendererWishes, stderr: OutputStream, environment: Environment): Promise<ProgressRenderer> {
  const { progress = 'auto', timeline = false, trace } = wishes;
  const shown = await rendererOf(progress, stderr, environment);
  if (!timeline && trace === undefined) return shown;
  const { RecordingRenderer } = await import('../timeline/recording-renderer.js');
  return new RecordingRenderer(shown, stderr, { timeline, trace });
}

async function rendererOf(mode: ProgressMode, stderr: OutputStream, environment: Environment): Promise<ProgressRenderer> {
  switch (resolveMode(mode, stderr, environment)) {
    case 'json':
      return new JsonRenderer(stderr);
    case 'quiet':
      return new QuietRenderer(stderr);
    case 'plain':
      return new PlainRenderer(stderr);
    case 'tty': {
      const { TreeRenderer } = await import('./tty/tree-renderer.js');
      return new TreeRenderer(stderr, wantsColour(stderr, environment));
    }
  }
}
