import type { DoctorReport, Finding, Verdict } from '../../host/doctor.js';
import { sanitizeLine } from '../terminal/sanitize.js';

const MARKS: Readonly<Record<Verdict, string>> = { ok: 'ok', warning: 'warning', failure: 'FAILURE', unknown: 'unknown' };
const VERDICTS: Readonly<Record<DoctorReport['verdict'], string>> = {
  ok: 'This host can run clusters.',
  warning: 'This host can run clusters; mind the warnings.',
  failure: 'This host cannot run clusters until the failures are mended.',
};

/** One line for each check, and below those that are not well what comes of it and what mends it. */
export function doctorText({ findings, verdict, elsewhere }: DoctorReport): string {
  const width = Math.max(...findings.map(({ title }) => title.length));
  return [
    ...findings.flatMap((finding) => linesOf(finding, width)), '',
    ...(elsewhere ? ['Docker is not on this machine, or in a virtual one: what only its kernel knows was not looked at.'] : []),
    VERDICTS[verdict],
  ].join('\n');
}

function linesOf({ title, verdict, found, wanted, because, next }: Finding, width: number): string[] {
  const well = verdict === 'ok';
  const first = `${MARKS[verdict].padEnd(7)}  ${title.padEnd(width)}  ${found}${well ? '' : `; wanted: ${wanted}`}`;
  const more = well ? [] : [...(because === undefined ? [] : [because]), ...next.map((step) => (/^[a-z]/.test(step) && !step.startsWith('http') ? `$ ${step}` : `- ${step}`))];
  return [first, ...more.map((line) => `${' '.repeat(9)}${line}`)].map(sanitizeEnd);
}

function sanitizeEnd(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return `${indent}${sanitizeLine(line)}`;
}
