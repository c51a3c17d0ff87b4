import { ListrDefaultRendererLogLevels as Level, type ListrDefaultRendererOptions } from 'listr2';
import { formatDuration } from '../../command/duration.js';
import { painter } from '../../terminal/colour.js';

/** Shorter steps are not worth a figure. */
const SHOWN_FROM_MS = 100;

/** Colours are handed in: listr2 decides by whether stdout is a terminal, and this tree is on stderr. */
export function treeStyle(coloured: boolean): ListrDefaultRendererOptions {
  const paint = painter(coloured);
  return {
    indentation: 2,
    collapseSubtasks: false,
    collapseErrors: false,
    showErrorMessage: true,
    collapseSkips: true,
    suffixSkips: false,
    formatOutput: 'truncate',
    timer: {
      condition: (duration: number) => duration >= SHOWN_FROM_MS,
      field: formatDuration,
      format: () => (text = '') => paint.dim(text),
    },
    icon: { [Level.SKIPPED_WITH_COLLAPSE]: '-', [Level.COMPLETED_WITH_FAILED_SUBTASKS]: '✖', [Level.FAILED_WITH_FAILED_SUBTASKS]: '✖' },
    color: {
      [Level.PENDING]: paint.yellow,
      [Level.COMPLETED]: paint.green,
      [Level.COMPLETED_WITH_FAILED_SUBTASKS]: paint.red,
      [Level.COMPLETED_WITH_FAILED_SISTER_TASKS]: paint.red,
      [Level.FAILED]: paint.red,
      [Level.FAILED_WITH_FAILED_SUBTASKS]: paint.red,
      [Level.SKIPPED_WITH_COLLAPSE]: paint.yellow,
      [Level.SKIPPED_WITHOUT_COLLAPSE]: paint.yellow,
      [Level.OUTPUT]: paint.dim,
      [Level.WAITING]: paint.dim,
    },
  };
}
