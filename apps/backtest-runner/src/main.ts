import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { oncePerReason } from '#application';
import { EvictionPolicyError, requireNoEviction } from '#messaging';
import { ConfigurationError, createLogger, NestLogger, startHealthServer, upUntilStopped, type Ends, type Logger } from '#platform';
import { BacktestRunProcessor } from './backtest-run.processor.js';
import { BacktestRunnerModule } from './backtest-runner.module.js';
import { readRunnerConfiguration, type RunnerConfiguration } from './configuration.js';
import { createRunnerServices, type RunnerServices } from './runner-services.js';

/** Of the ten seconds that a supervisor gives, after the computations' grace time. */
const CLOSE_MS = 2_500;

async function bringUp(configuration: RunnerConfiguration, log: Logger, ends: Ends, signal: AbortSignal): Promise<void> {
  const onWait = oncePerReason((error: Error) => log.warn({ event: 'waiting-for-redis', error }, 'Redis cannot be reached; trying again'));
  await requireNoEviction(configuration.redisUrl, signal, onWait);
  const runnerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const services = await createRunnerServices(configuration, runnerId, log, signal);
  ends.add(() => services.stop());
  services.dispatcher.start();
  services.sweeper.start();
  if (configuration.health !== null) {
    const health = await startHealthServer(configuration.health, () => services.unready());
    ends.add(() => health.close());
  }
  const jobs = await takeJobs(configuration, runnerId, services, log);
  ends.add(jobs.stop);
  await jobs.ready();
  log.info({ event: 'worker-ready', runnerId, threads: configuration.threads }, 'Waiting for runs');
}

async function takeJobs(configuration: RunnerConfiguration, runnerId: string, services: RunnerServices, log: Logger) {
  const { redisUrl, threads, jobLockMs, jobStalledCheckMs, stopGraceMs } = configuration;
  const shutdown = new AbortController();
  const settings = { redisUrl, runnerId, concurrency: threads, lockMs: jobLockMs, stalledCheckMs: jobStalledCheckMs };
  const module = BacktestRunnerModule.over({ runBacktest: services.runBacktest, shutdown: shutdown.signal, log }, settings);
  const app = await NestFactory.createApplicationContext(module, { logger: new NestLogger(log) });
  const { worker } = app.get(BacktestRunProcessor);
  const stop = async (): Promise<void> => {
    const patience = setTimeout(() => shutdown.abort(), stopGraceMs);
    // From here on no job is taken; those at hand finish, or are given back when the grace time is over.
    await Promise.race([worker.close(), pause(stopGraceMs + CLOSE_MS / 2, undefined, { ref: false })]);
    clearTimeout(patience);
  };
  return { stop, ready: () => worker.waitUntilReady() };
}

async function main(): Promise<void> {
  const configuration = readRunnerConfiguration(process.env);
  const log = createLogger({ name: 'backtest-runner', level: configuration.logLevel });
  await upUntilStopped({ log, deadlineMs: configuration.stopGraceMs + CLOSE_MS, bringUp: (ends, signal) => bringUp(configuration, log, ends, signal) });
}

main().catch((error: unknown) => {
  const isForOperator = error instanceof ConfigurationError || error instanceof EvictionPolicyError;
  const text = isForOperator ? error.message : `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`backtest-runner: ${text}\n`);
  process.exit(1);
});
