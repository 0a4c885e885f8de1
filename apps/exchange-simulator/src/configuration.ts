import { z } from 'zod';
import { logLevel, readConfig, wholeNumber, type Environment } from '#platform';

const DAY_MS = 86_400_000;
/** Fixed, so that a seed makes the same history every day. */
const USUAL_HISTORY = '2025-01-01T00:00:00Z';

const port = wholeNumber(0, 65_535);
const address = z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0');
const onOff = z.enum(['on', 'off'], 'expected on or off').transform((word) => word === 'on');
const instant = z.string().refine((text) => /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/u.test(text) && !Number.isNaN(Date.parse(text)), 'expected ISO 8601 in UTC, such as 2025-01-01T00:00:00Z').transform((text) => Date.parse(text));
const credential = z.string().regex(/^[\w.-]{1,128}$/u, 'expected 1 to 128 letters, digits, dots, dashes or underscores');
const shift = z.string().regex(/^-?\d{1,8}$/u, 'expected milliseconds from -86400000 to 86400000').transform(Number).pipe(z.number().min(-DAY_MS).max(DAY_MS));
const BALANCES_RULE = 'expected ASSET=QUANTITY, more of them after commas, such as USDT=10000,MX=5';
const balances = z.string().regex(/^[\p{L}\p{N}.-]{1,32}=\d{1,18}(\.\d{1,18})?(,[\p{L}\p{N}.-]{1,32}=\d{1,18}(\.\d{1,18})?){0,99}$/u, BALANCES_RULE)
  .transform((text) => text.split(',').map((pair) => pair.split('=') as [string, string]));

const ConfigurationSchema = z.object({
  PORT: port.default(4010),
  HOST: address.default('127.0.0.1'),
  CONTROL_PORT: port.default(4011),
  CONTROL_HOST: address.default('127.0.0.1'),
  SEED: wholeNumber(0, 4_294_967_295).default(1),
  SPEED: wholeNumber(1, 10_000).default(1),
  REPLAY_DIR: z.string().max(4_096).optional(),
  REPLAY_FROM: instant.optional(),
  SIMULATOR_KEY: credential.default('simulator-key'),
  SIMULATOR_SECRET: credential.default('simulator-secret'),
  STATE_FILE: z.string().max(4_096).optional(),
  MARKETS: wholeNumber(0, 3_000).default(0),
  BALANCES: balances.default([['USDT', '10000']]),
  FEE_IN: z.enum(['quote', 'base', 'third'], 'expected quote, base or third').default('quote'),
  BOOK: z.enum(['deep', 'ideal'], 'expected deep or ideal').default('deep'),
  HISTORY_FROM: instant.default(Date.parse(USUAL_HISTORY)),
  KLINES_CAP: wholeNumber(1, 1_000).default(500),
  CLOCK_SHIFT_MS: shift.default(0),
  UNIQUE_CLIENT_ORDER_IDS: onOff.default(false),
  RATE_LIMIT: onOff.default(true),
  LOG_LEVEL: logLevel.default('info'),
});

export type SimulatorConfiguration = z.infer<typeof ConfigurationSchema>;

/** @throws ConfigurationError naming every variable at fault. */
export function readSimulatorConfiguration(environment: Environment): SimulatorConfiguration {
  return readConfig(ConfigurationSchema, environment);
}
