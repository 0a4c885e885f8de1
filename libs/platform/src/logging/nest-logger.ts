import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Nest's own lines in the product's one log form. Nest passes its context (a class name) as the last parameter. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  // Nest tells of every module it wires; that is for those who look for it.
  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const fields = { event: 'framework', ...(typeof context === 'string' ? { context } : {}) };
    if (message instanceof Error) this.logger[level]({ ...fields, error: message }, message.message);
    else this.logger[level]({ ...fields, ...stackOf(rest) }, typeof message === 'string' ? message : JSON.stringify(message));
  }
}

/** `error(message, stack, context)` is how Nest reports what was thrown. */
function stackOf(rest: readonly unknown[]): { readonly stack?: string } {
  const [stack] = rest;
  return rest.length > 1 && typeof stack === 'string' ? { stack } : {};
}
