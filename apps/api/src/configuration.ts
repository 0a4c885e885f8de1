import { z } from 'zod';
import type { VenueName } from '#application';
import { databaseUrl, exchangeFields, logLevel, port, readConfig, redisUrl, selectExchange, type Environment, type ExchangeSelection } from '#platform';

const ConfigurationSchema = z.object({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  PORT: port.default(3000),
  /** Loopback unless told otherwise: whoever opens it to a network puts TLS in front. */
  HOST: z.string().regex(/^[\w.:-]{1,253}$/u, 'expected an address to listen on, such as 127.0.0.1 or 0.0.0.0').default('127.0.0.1'),
  /** Where the first token goes, readable by its owner only; without it the token is printed once. */
  ACCESS_TOKEN_FILE: z.string().max(4_096).optional(),
  /** Which exchange the product talks to: the api asks it nothing, and names it. */
  ...exchangeFields,
  LOG_LEVEL: logLevel.default('info'),
});

export interface ApiConfiguration {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly port: number;
  readonly host: string;
  readonly accessTokenFile: string | null;
  readonly venue: VenueName;
  readonly money: ExchangeSelection['money'];
  readonly logLevel: z.infer<typeof logLevel>;
}

/** @throws ConfigurationError naming every variable at fault. */
export function readApiConfiguration(environment: Environment): ApiConfiguration {
  const values = readConfig(ConfigurationSchema, environment);
  const { venue, money } = selectExchange(values);
  return {
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    port: values.PORT,
    host: values.HOST,
    accessTokenFile: values.ACCESS_TOKEN_FILE ?? null,
    venue,
    money,
    logLevel: values.LOG_LEVEL,
  };
}
