import { z } from 'zod';
import { LIMITS } from '../limits.js';
import type { FaultEffect } from './fault-effect.js';

export interface FaultKind {
  readonly name: string;
  /** Rows of the fault matrix. */
  readonly rows: readonly number[];
  readonly words: string;
  readonly parameters: z.ZodObject;
  /** Of one rule, with parameters that its schema has parsed; what it remembers begins at `sinceMs`, in server time. */
  readonly effectOf: (parameters: Readonly<Record<string, unknown>>, sinceMs: number) => FaultEffect;
}

interface Definition<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly rows: readonly number[];
  readonly words: string;
  readonly parameters: Shape;
  readonly effectOf: (parameters: z.infer<z.ZodObject<Shape>>, sinceMs: number) => FaultEffect;
}

export function defineFault<Shape extends z.ZodRawShape>({ parameters, effectOf, ...facts }: Definition<Shape>): FaultKind {
  return { ...facts, parameters: z.strictObject(parameters), effectOf: (parsed, sinceMs) => effectOf(parsed as z.infer<z.ZodObject<Shape>>, sinceMs) };
}

export const delayMs = (usualMs: number) => z.int().min(0).max(LIMITS.delayMs).default(usualMs);
/** Nothing waits meanwhile: answers are merely old. */
export const lagMs = (usualMs: number) => z.int().min(0).max(LIMITS.lagMs).default(usualMs);
export const retryAfterSeconds = z.int().min(0).max(86_400).default(10);
