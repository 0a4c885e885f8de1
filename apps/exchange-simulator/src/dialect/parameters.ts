import { z } from 'zod';
import type { RestRequest } from '../rest/rest-request.js';
import { missingParameter } from './dialect-refusal.js';

/** 30 digits on either side of the dot; no sign, no exponent. */
export const decimalText = z.string().regex(/^\d{1,30}(?:\.\d{1,30})?$/u);
export const timeText = z.string().regex(/^\d{1,15}$/u).transform(Number);
export const symbolText = z.string().min(1).max(64);

/** A number of rows: more than allowed is the most allowed, as MEXC does it. */
export const rowLimit = (usual: number, most: number) =>
  z.string().regex(/^\d{1,9}$/u).transform(Number).pipe(z.number().min(1)).transform((rows) => Math.min(rows, most)).default(Math.min(usual, most));

/**
 * An empty parameter counts as one that was not sent.
 * @throws DialectRefusal 700004 naming the first parameter that is missing or malformed
 */
export function readParameters<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, request: RestRequest): z.infer<z.ZodObject<Shape>> {
  const sent = Object.keys(schema.shape).map((name) => [name, request.parameters.get(name) || undefined]);
  const parsed = schema.safeParse(Object.fromEntries(sent));
  if (parsed.success) return parsed.data;
  throw missingParameter(String(parsed.error.issues[0]?.path[0] ?? 'parameters'));
}
