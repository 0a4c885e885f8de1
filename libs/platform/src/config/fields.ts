import { z } from 'zod';
import { LOG_LEVELS } from '../logging/logger.js';

const url = (pattern: RegExp, form: string) => z.string(`expected ${form}`).regex(pattern, `expected ${form}`);

/** A whole number from text, between two bounds, both included. */
export const wholeNumber = (min: number, max: number) => {
  const rule = `expected a whole number from ${min} to ${max}`;
  return z.string(rule).regex(/^\d{1,12}$/u, rule).transform(Number).pipe(z.number().min(min, rule).max(max, rule));
};

export const databaseUrl = url(/^postgres(?:ql)?:\/\/\S+$/u, 'postgres://user:password@host:port/database');
export const redisUrl = url(/^rediss?:\/\/\S+$/u, 'redis://host:port');
export const port = wholeNumber(1, 65_535);
export const logLevel = z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`);
