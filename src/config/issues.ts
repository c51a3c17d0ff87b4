import type { core } from 'zod';
import { closest } from '../errors/closest.js';
import { printable } from '../errors/printable.js';
import { valueAtPath } from './paths.js';
import type { Path } from './problems.js';

type Issue = core.$ZodIssue;

/** An issue in words, and what it is about. */
export interface Finding {
  readonly path: Path;
  /** The field that the message speaks of; around `path` where that does not exist. */
  readonly subject: Path;
  /** It is about the field's name, and not its value. */
  readonly ofKey: boolean;
  readonly message: string;
}

/** @param fieldsAt the names that are allowed at a path, for suggestions. */
export function findings(issues: readonly Issue[], value: unknown, fieldsAt: (path: Path) => readonly string[]): Finding[] {
  return issues.flatMap((issue) => describe(issue, [], value, fieldsAt));
}

function describe(issue: Issue, around: Path, value: unknown, fieldsAt: (path: Path) => readonly string[]): Finding[] {
  const path = [...around, ...issue.path] as Path;
  if (issue.code === 'invalid_union') return describeUnion(issue.errors, path, value, fieldsAt);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField([...path, key], fieldsAt(path)));
  const found = valueAtPath(value, path);
  if (issue.code === 'custom') return [{ path, ofKey: false, subject: path, message: issue.message }];
  if (found === undefined) return [{ path, ofKey: false, subject: path, message: `it is missing; ${expected(issue)} is expected` }];
  return [{ path, ofKey: issue.code === 'invalid_key', subject: path, message: `${shown(found)} is not ${expected(issue)}${suggestion(issue, found)}` }];
}

/** What is wrong with the form that was meant: the one whose type is right. */
function describeUnion(forms: readonly (readonly Issue[])[], path: Path, value: unknown, fieldsAt: (path: Path) => readonly string[]): Finding[] {
  const meant = forms.find((issues) => !issues.some(({ code, path: within }) => code === 'invalid_type' && within.length === 0));
  if (meant !== undefined) return meant.flatMap((issue) => describe(issue, path, value, fieldsAt));
  const found = valueAtPath(value, path);
  return [{ path, ofKey: false, subject: path, message: `${shown(found)} is not ${forms.flatMap(([issue]) => (issue === undefined ? [] : [expected(issue)])).join(' or ')}` }];
}

function unknownField(path: Path, allowed: readonly string[]): Finding {
  const name = String(path.at(-1));
  const meant = closest(name, allowed) ?? closest(name.toLowerCase(), allowed.map((each) => each.toLowerCase()));
  const proper = allowed.find((each) => each === meant || each.toLowerCase() === meant);
  const advice = proper === undefined ? `; allowed are ${allowed.join(', ')}` : `; did you mean "${proper}"?`;
  return { path, ofKey: true, subject: path.slice(0, -1), message: `there is no field "${printable(name)}"${allowed.length === 0 ? '' : advice}` };
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': return TYPES[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value': return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small': return `${issue.origin === 'string' ? 'a text' : 'a number'} of at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_big': return `a number of at most ${issue.maximum}`;
    case 'invalid_format': return 'in the form that is expected';
    default: return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'a mapping', record: 'a mapping',
};

function suggestion(issue: Issue, found: unknown): string {
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof found !== 'object') return '; put it in quotes';
  if (issue.code === 'invalid_format') return `: ${issue.message}`;
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return '';
  const candidates = issue.values.map(String);
  const meant = candidates.find((each) => each.toLowerCase() === found.toLowerCase()) ?? closest(found, candidates);
  return meant === undefined || candidates.length === 1 ? '' : `; did you mean "${meant}"?`;
}

/** Long texts may be patches, which may hold credentials: no more than the beginning of a line is shown. */
function shown(value: unknown): string {
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `"${printable(value.split('\n')[0] ?? '')}"` : printable(JSON.stringify(value));
}
