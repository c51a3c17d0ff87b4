import { Lexer } from 'yaml';

/** No configuration is nested half as deep. The parser needs a minute for 500 levels, and dies of 100 000 (yaml 2.9). */
const MOST_LEVELS = 40;

/** Is the text nested deeper than the parser could take? Asks the lexer alone, which does not recurse. */
export function isTooDeep(text: string, levels = MOST_LEVELS): boolean {
  const indents: number[] = [];
  let [flow, inLine, atStart] = [0, 0, true];
  for (const token of new Lexer().lex(text)) {
    if (token.includes('\n') && token.trim() === '') {
      [inLine, atStart] = [0, true];
      continue;
    }
    if (atStart) {
      const indent = /^ *$/.test(token) ? token.length : 0;
      while ((indents.at(-1) ?? -1) >= indent) indents.pop();
      indents.push(indent);
      atStart = false;
    }
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow -= 1;
    else if (token === '-' || token === '?' || token === ':') inLine += 1;
    if (indents.length + inLine + flow > levels) return true;
  }
  return false;
}
