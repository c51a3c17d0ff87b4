/**
 * `npm run faults` runs every cell of the table. `npm test` runs some (KINDBOX_TEST_FAULTS=some): of each fault one, at another
 * stage each, from the first stages to the last.
 */
export function isSelected(row: number, rows: number, column: number, columns: number): boolean {
  return !onlySome() || row === Math.floor((column * rows) / columns);
}

/** All that there are, or the first of them. */
export function mainOfSome<T>(first: T, ...others: readonly T[]): T[] {
  return onlySome() ? [first] : [first, ...others];
}

function onlySome(): boolean {
  return process.env['KINDBOX_TEST_FAULTS'] === 'some';
}
