const ESCAPE_SEQUENCES = new RegExp(
  [
    '\\u001b[\\]PX^_][^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);
/** DEL, C1, other ends of lines, and the marks that reorder text (a name must read as what it is). */
const STEERING = '\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069';
/** Those, and C0 but tab and newline. */
const CONTROL_CHARACTERS = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${STEERING}]`, 'g');

/** Text of nodes and registries is not ours: it must not steer the terminal that shows it. */
export function sanitize(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(ESCAPE_SEQUENCES, '').replace(CONTROL_CHARACTERS, '');
}

export function sanitizeLine(text: string): string {
  return sanitize(text).replace(/\s*\n\s*/g, ' ').trim();
}

/** What JSON leaves as it is although some terminals obey it. */
const UNESCAPED_BY_JSON = new RegExp(`[${STEERING}]`, 'g');

/** The same JSON, with nothing in it that steers a terminal. */
export function escapeJson(json: string): string {
  return json.replace(UNESCAPED_BY_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
