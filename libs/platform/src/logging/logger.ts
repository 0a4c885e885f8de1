import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** The process that speaks: 'api', 'backtest-runner'. */
  readonly name: string;
  readonly level: LogLevel;
  /** Standard output unless told otherwise. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'databaseUrl', 'redisUrl', 'DATABASE_URL', 'REDIS_URL'];

/** Credentials in a URL: error messages of drivers carry the address they could not reach. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/giu;
const BEARER = /(bearer\s+)[\w.~+/=-]+/giu;

/**
 * One JSON object a line: `{ level, time (ISO 8601), name, event, …fields, message }`. Secrets are taken out by field
 * name, and by pattern where they hide in text.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      name: options.name,
      level: options.level,
      base: { pid: process.pid },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
      serializers: { error: serializeError, err: serializeError },
      hooks: { logMethod: redactMessage },
    },
    // Synchronous, so that the last line before an exit is not lost with the buffer that held it.
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

/** Takes user names, passwords and bearer tokens out of a text. */
export function redactText(text: string): string {
  return text.replace(URL_CREDENTIALS, '$1[redacted]@').replace(BEARER, '$1[redacted]');
}

interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly kind?: string;
  readonly stack?: string;
  readonly cause?: unknown;
}

const DEEPEST_CAUSE = 5;

/** An error with its kind, its code and its causes; drivers hang sockets and options on theirs, which are left out. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactText(error) : error;
  const { code, kind } = error as { code?: unknown; kind?: unknown };
  const serialized: SerializedError = {
    type: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined || depth >= DEEPEST_CAUSE ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
  return serialized;
}

function redactMessage(this: Logger, parameters: unknown[], method: (...parameters: never[]) => void): void {
  const cleaned = parameters.map((parameter) => (typeof parameter === 'string' ? redactText(parameter) : parameter));
  method.apply(this, cleaned as never[]);
}
