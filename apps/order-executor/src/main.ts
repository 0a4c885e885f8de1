import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FAILPOINTS, NO_FAILPOINT, oncePerReason, VenueFailure, type Failpoint } from '#application';
import { EvictionPolicyError, requireNoEviction } from '#messaging';
import { armFailpoints, ConfigurationError, createLogger, NestLogger, startHealthServer, upUntilStopped, type Ends, type Logger } from '#platform';
import { AccountReconcileProcessor } from './account-reconcile.processor.js';
import { readExecutorConfiguration, type ExecutorConfiguration } from './configuration.js';
import { createExecutorServices, type ExecutorServices } from './executor-services.js';
import { OrderAdvanceProcessor } from './order-advance.processor.js';
import { OrderExecutorModule } from './order-executor.module.js';
import { PlanAdvanceProcessor } from './plan-advance.processor.js';

/** For the look at hand to end, with the answer of the exchange that it waits for; and for all in all. */
const LAST_LOOK_MS = 14_000;
const STOP_MS = 24_500;

/** What is traded with the key of this process, for people. */
const moneyOf = ({ exchange, credentials }: ExecutorConfiguration): string => (credentials === null ? 'paper' : exchange.money);

async function bringUp(configuration: ExecutorConfiguration, failpoint: Failpoint, log: Logger, ends: Ends, signal: AbortSignal): Promise<void> {
  const { venue, origin } = configuration.exchange;
  const money = moneyOf(configuration);
  log.info({ event: 'exchange-selected', venue, origin, money }, `Trades at ${venue}, ${origin}: ${money}`);
  const onWait = oncePerReason((error: Error) => log.warn({ event: 'waiting-for-redis', error }, 'Redis cannot be reached; trying again'));
  await requireNoEviction(configuration.redisUrl, signal, onWait);
  const executorId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.replaceAll(':', '-');
  const services = await createExecutorServices(configuration, executorId, failpoint, log, signal);
  ends.add(() => services.stop());
  if (configuration.health !== null) {
    const facts = { exchange: { venue, origin, money }, get trading() { return services.facts(); } };
    const health = await startHealthServer(configuration.health, () => services.unready(), facts);
    ends.add(() => health.close());
  }
  await services.open();
  services.start();
  const jobs = await takeJobs(configuration, executorId, services, log);
  ends.add(jobs.stop);
  await jobs.ready();
  log.info({ event: 'worker-ready', executorId, ...services.facts() }, 'Waits for plans and orders');
}

async function takeJobs(configuration: ExecutorConfiguration, executorId: string, services: ExecutorServices, log: Logger) {
  const { redisUrl, concurrency, jobs: { lockMs, stalledCheckMs } } = configuration;
  const module = OrderExecutorModule.over(services.processors, { redisUrl, runnerId: executorId, concurrency, lockMs, stalledCheckMs });
  const app = await NestFactory.createApplicationContext(module, { logger: new NestLogger(log) });
  const workers = [PlanAdvanceProcessor, OrderAdvanceProcessor, AccountReconcileProcessor].map((processor) => app.get(processor).worker);
  const stop = async (): Promise<void> => {
    // No job is taken and nothing is claimed from here on; what is on its way to the exchange is waited for and written down.
    services.refuseClaims();
    await Promise.race([Promise.all(workers.map((worker) => worker.close())), pause(LAST_LOOK_MS, undefined, { ref: false })]);
  };
  return { stop, ready: () => Promise.all(workers.map((worker) => worker.waitUntilReady())) };
}

async function main(): Promise<void> {
  const configuration = readExecutorConfiguration(process.env);
  const failpoint = armFailpoints(process.env, { names: FAILPOINTS, isRealMoney: moneyOf(configuration) === 'real' }) ?? NO_FAILPOINT;
  const log = createLogger({ name: 'order-executor', level: configuration.logLevel });
  await upUntilStopped({ log, deadlineMs: STOP_MS, bringUp: (ends, signal) => bringUp(configuration, failpoint, log, ends, signal) });
}

main().catch((error: unknown) => {
  const isForOperator = error instanceof ConfigurationError || error instanceof EvictionPolicyError || error instanceof VenueFailure;
  const text = isForOperator ? error.message : `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`order-executor: ${text}\n`);
  process.exit(1);
});
