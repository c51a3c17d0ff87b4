/** Expressions that the shell is to expand, by the stand-ins that a text has in their places. */
export type Expansions = Readonly<Record<string, string>>;

/** A command whose stdin is `text`. With expansions the shell puts values in, and nothing else of the text is touched. */
export function withInput(command: string, text: string, expansions: Expansions = {}): string[] {
  const expanded = Object.keys(expansions).length > 0;
  const lines = (expanded ? expand(text, expansions) : text).replace(/\n$/, '').split('\n');
  const end = delimiter(lines);
  return [`${command} <<${expanded ? end : `'${end}'`}`, ...lines, end];
}

function expand(text: string, expansions: Expansions): string {
  const inert = text.replace(/[\\$`]/g, '\\$&');
  return Object.entries(expansions).reduce((result, [standIn, expression]) => result.replaceAll(standIn, () => expression), inert);
}

function delimiter(lines: readonly string[]): string {
  let end = 'EOF';
  while (lines.includes(end)) end += '_';
  return end;
}
