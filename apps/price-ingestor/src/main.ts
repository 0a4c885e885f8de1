import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FAILPOINTS, NO_FAILPOINT, oncePerReason, VenueFailure, type Failpoint } from '#application';
import { EvictionPolicyError, requireNoEviction } from '#messaging';
import { armFailpoints, ConfigurationError, createLogger, NestLogger, startHealthServer, upUntilStopped, type Ends, type Logger } from '#platform';
import { CandleBackfillProcessor } from './candle-backfill.processor.js';
import { readIngestorConfiguration, type IngestorConfiguration } from './configuration.js';
import { createIngestorServices, type IngestorServices } from './ingestor-services.js';
import { PriceIngestorModule } from './price-ingestor.module.js';

/** Of the ten seconds that a supervisor gives: for backfills to be given back, and for all in all. */
const GIVE_BACK_MS = 3_000;
const STOP_MS = 9_500;

async function bringUp(configuration: IngestorConfiguration, failpoint: Failpoint, log: Logger, ends: Ends, signal: AbortSignal): Promise<void> {
  const { venue, origin, money } = configuration.exchange;
  log.info({ event: 'exchange-selected', venue, origin, money }, `Talks to ${venue} at ${origin}: ${money}`);
  const onWait = oncePerReason((error: Error) => log.warn({ event: 'waiting-for-redis', error }, 'Redis cannot be reached; trying again'));
  await requireNoEviction(configuration.redisUrl, signal, onWait);
  const ingestorId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.replaceAll(':', '-');
  const services = await createIngestorServices(configuration, ingestorId, failpoint, log, signal);
  ends.add(() => services.stop());
  services.start();
  if (configuration.health !== null) {
    const health = await startHealthServer(configuration.health, () => services.unready(), { exchange: { venue, origin, money } });
    ends.add(() => health.close());
  }
  const jobs = await takeJobs(configuration, ingestorId, services, log);
  ends.add(jobs.stop);
  await jobs.ready();
  log.info({ event: 'worker-ready', ingestorId }, 'Follows prices and waits for backfills');
}

async function takeJobs(configuration: IngestorConfiguration, ingestorId: string, services: IngestorServices, log: Logger) {
  const { redisUrl, backfill: { concurrency, jobLockMs, jobStalledCheckMs } } = configuration;
  const shutdown = new AbortController();
  const settings = { redisUrl, runnerId: ingestorId, concurrency, lockMs: jobLockMs, stalledCheckMs: jobStalledCheckMs };
  const module = PriceIngestorModule.over({ backfillCandles: services.backfillCandles, shutdown: shutdown.signal, log }, settings);
  const app = await NestFactory.createApplicationContext(module, { logger: new NestLogger(log) });
  const { worker } = app.get(CandleBackfillProcessor);
  const stop = async (): Promise<void> => {
    // No job is taken from here on; a backfill loses nothing when it is given back between two steps.
    shutdown.abort();
    await Promise.race([worker.close(), pause(GIVE_BACK_MS, undefined, { ref: false })]);
  };
  return { stop, ready: () => worker.waitUntilReady() };
}

async function main(): Promise<void> {
  const configuration = readIngestorConfiguration(process.env);
  const failpoint = armFailpoints(process.env, { names: FAILPOINTS, isRealMoney: configuration.exchange.money === 'real' }) ?? NO_FAILPOINT;
  const log = createLogger({ name: 'price-ingestor', level: configuration.logLevel });
  await upUntilStopped({ log, deadlineMs: STOP_MS, bringUp: (ends, signal) => bringUp(configuration, failpoint, log, ends, signal) });
}

main().catch((error: unknown) => {
  const isForOperator = error instanceof ConfigurationError || error instanceof EvictionPolicyError || error instanceof VenueFailure;
  const text = isForOperator ? error.message : `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`price-ingestor: ${text}\n`);
  process.exit(1);
});
