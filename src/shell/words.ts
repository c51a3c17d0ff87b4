/** A word as a POSIX shell reads it back, for commands that a person will copy or a script holds. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function shellCommand(words: readonly string[]): string {
  return words.map(shellQuote).join(' ');
}

/** A remark, which nothing in `text` can end. */
export function shellComment(text: string): string {
  return `# ${text.replace(/[^\x20-\x7e]/g, '?')}`;
}
