import fc from 'fast-check';

/** What a terminal obeys, and what reorders text; a tab and a newline are harmless. */
// eslint-disable-next-line no-control-regex
export const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const TRICKS = [
  '\u001b[2J', '\u001b]0;title\u0007', '\u001b]8;;http://x\u001b\\', '\u009b31m', '\u009d52;c;eA==\u009c', '\u001bP+q\u001b\\', '\u001b', '\u001b[', '\r', '\b', '\u007f', '\u0000',
  '\u202e', '\u2066', '\u2028', '\n', '\r\n', '\t', '__proto__', 'constructor', '$(id)', '`id`', ';id', '../', '../../etc/passwd', '/', '\\', '"', "'", '%s', '-rf', '\ud800',
];

/** Any text, with more of what does harm than chance would bring. */
export const hostileText = (): fc.Arbitrary<string> => fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TRICKS) }, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 })),
  { maxLength: 8 },
).map((parts) => parts.join(''));

/** Any JSON, in which names of fields that are read occur with values that nobody expects. */
export const hostileJson = (names: readonly string[]): fc.Arbitrary<unknown> => fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, 0, -1, 1e308, '', 'True', 'Ready'), hostileText(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, fc.constant('__proto__'), hostileText()), tie('value'), { maxKeys: 6, noNullPrototype: true })),
})).value;

/** Runs of a property, which every property shares so that none takes more than a second or two. */
export const RUNS = { numRuns: 300 } as const;

/** Did somebody write into what all objects inherit from? */
export function expectUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}
