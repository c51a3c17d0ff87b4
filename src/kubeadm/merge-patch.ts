export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON Merge Patch, RFC 7386: objects are merged, null removes, everything else (lists too) replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [field, change] of Object.entries(patch)) {
    if (change === null || change === undefined) merged.delete(field);
    else merged.set(field, mergePatch(merged.get(field), change));
  }
  // Object.fromEntries defines properties: a field `__proto__` stays a field.
  return Object.fromEntries(merged);
}

/** A copy in which the value at `path` is what `change` makes of it; nothing happens where there is no such value. */
export function changedAt(target: JsonObject, path: readonly string[], change: (value: Json) => Json): JsonObject {
  const [field, ...rest] = path;
  const value = field === undefined || !Object.hasOwn(target, field) ? undefined : target[field];
  if (field === undefined || value === undefined || value === null) return target;
  if (rest.length === 0) return { ...target, [field]: change(value) };
  return isJsonObject(value) ? { ...target, [field]: changedAt(value, rest, change) } : target;
}

export function valueAt(target: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, field) => (isJsonObject(value) && Object.hasOwn(value, field) ? value[field] : undefined), target);
}

/** A scalar as Kubernetes writes it; nothing for what is none. */
export function scalarText(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
