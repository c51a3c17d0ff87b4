import * as z from 'zod';
import type { Path } from './problems.js';

/** Names of the fields that a schema has at a path; none where any name is allowed. */
export function fieldsOf(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = unwrapped(schema);
  const [step, ...rest] = path;
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => fieldsOf(option, path));
  if (step === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  if (inner instanceof z.ZodArray) return fieldsOf(inner.element, rest);
  const field: unknown = inner instanceof z.ZodObject ? (inner.shape as Record<string, unknown>)[String(step)] : undefined;
  return field === undefined ? [] : fieldsOf(field as z.core.$ZodType, rest);
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable ? unwrapped(schema.unwrap()) : schema;
}
