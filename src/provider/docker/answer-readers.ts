/** Readers of what a daemon answered: a field of another type than the API declares is not there. */

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** The objects of a list. */
export function objectsOf<T extends object>(value: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(value) ? value.filter(isObject) as T[] : [];
}

/** Texts by name, such as labels. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {};
}

/** Objects by name. */
export function namedObjectsOf<T extends object>(value: Readonly<Record<string, T>> | null | undefined): [string, T][] {
  return isObject(value) ? Object.entries<T>(value).filter(([, each]) => isObject(each)) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
