import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { PROGRESS_MODES } from '../progress/renderer.js';
import { parseDuration } from './duration.js';

export { Args, Flags };

/** Milliseconds of `90s`, `5m`, `1h` or a number of seconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: async (text) => parseDuration(text),
});

export const progressFlag = Flags.option({
  options: PROGRESS_MODES,
  default: 'auto',
  env: 'KINDBOX_PROGRESS',
  description: 'How progress is shown on stderr (tty where it is a terminal, plain elsewhere)',
  helpGroup: 'GLOBAL',
});

/** Of every command: where a run's time went. */
export const timelineFlags = {
  timeline: Flags.boolean({ env: 'KINDBOX_TIMELINE', description: 'Draw where the time went, at the end, on stderr', helpGroup: 'GLOBAL' }),
  trace: Flags.string({ helpValue: 'FILE', description: 'Write Chrome trace events (for chrome://tracing or Perfetto)', helpGroup: 'GLOBAL' }),
};

export const clusterArg = Args.string({ name: 'NAME', required: true, description: 'Name of the cluster' });
