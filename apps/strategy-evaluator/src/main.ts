import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FAILPOINTS, NO_FAILPOINT, oncePerReason, type Failpoint } from '#application';
import { EvictionPolicyError, requireNoEviction } from '#messaging';
import { armFailpoints, ConfigurationError, createLogger, NestLogger, startHealthServer, upUntilStopped, type Ends, type Logger } from '#platform';
import { readEvaluatorConfiguration, type EvaluatorConfiguration } from './configuration.js';
import { createEvaluatorServices, type EvaluatorServices } from './evaluator-services.js';
import { PortfolioEvaluateProcessor } from './portfolio-evaluate.processor.js';
import { StrategyEvaluatorModule } from './strategy-evaluator.module.js';

/** Of the ten seconds that a supervisor gives: for the looks at hand, and for all in all. */
const LAST_LOOKS_MS = 4_000;
const STOP_MS = 9_500;

async function bringUp(configuration: EvaluatorConfiguration, failpoint: Failpoint, log: Logger, ends: Ends, signal: AbortSignal): Promise<void> {
  const { venue, money } = configuration.exchange;
  log.info({ event: 'exchange-selected', venue, money }, `Decides by prices of ${venue}: ${money}`);
  const onWait = oncePerReason((error: Error) => log.warn({ event: 'waiting-for-redis', error }, 'Redis cannot be reached; trying again'));
  await requireNoEviction(configuration.redisUrl, signal, onWait);
  const evaluatorId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.replaceAll(':', '-');
  const services = await createEvaluatorServices(configuration, { evaluatorId, failpoint, log }, signal);
  ends.add(() => services.stop());
  services.start();
  if (configuration.health !== null) {
    const health = await startHealthServer(configuration.health, () => services.unready(), { exchange: { venue, money } });
    ends.add(() => health.close());
  }
  const jobs = await takeJobs(configuration, evaluatorId, services, log);
  ends.add(jobs.stop);
  await jobs.ready();
  log.info({ event: 'worker-ready', evaluatorId }, 'Looks at portfolios');
}

async function takeJobs(configuration: EvaluatorConfiguration, evaluatorId: string, { evaluatePortfolios }: EvaluatorServices, log: Logger) {
  const { redisUrl, concurrency, jobLockMs: lockMs, jobStalledCheckMs: stalledCheckMs } = configuration;
  const settings = { redisUrl, runnerId: evaluatorId, concurrency, lockMs, stalledCheckMs };
  const app = await NestFactory.createApplicationContext(StrategyEvaluatorModule.over({ evaluatePortfolios, log }, settings), { logger: new NestLogger(log) });
  const { worker } = app.get(PortfolioEvaluateProcessor);
  const stop = async (): Promise<void> => {
    // No job is taken from here on; those at hand end within milliseconds.
    await Promise.race([worker.close(), pause(LAST_LOOKS_MS, undefined, { ref: false })]);
  };
  return { stop, ready: () => worker.waitUntilReady() };
}

async function main(): Promise<void> {
  const configuration = readEvaluatorConfiguration(process.env);
  const failpoint = armFailpoints(process.env, { names: FAILPOINTS, isRealMoney: configuration.exchange.money === 'real' }) ?? NO_FAILPOINT;
  const log = createLogger({ name: 'strategy-evaluator', level: configuration.logLevel });
  await upUntilStopped({ log, deadlineMs: STOP_MS, bringUp: (ends, signal) => bringUp(configuration, failpoint, log, ends, signal) });
}

main().catch((error: unknown) => {
  const isForOperator = error instanceof ConfigurationError || error instanceof EvictionPolicyError;
  const text = isForOperator ? error.message : `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`strategy-evaluator: ${text}\n`);
  process.exit(1);
});
