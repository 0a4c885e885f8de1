/** The exchange of a started product: MEXC itself, or the simulator that stands in for it. */
import path from 'node:path';
import { startHeld } from './held-process.mjs';
import { keepRunning } from './keep-running.mjs';
import { REPOSITORY } from './paths.mjs';
import { freePort } from './processes.mjs';

const GRACE_MS = 10_000;

export const SIMULATOR = 'exchange-simulator';

/**
 * Provides what EXCHANGE names. Resolves { exchange, url, controlUrl, process }: `process` only where a simulator was started
 * here, `url` undefined for MEXC's own address.
 */
export async function provideExchange(settings, { entry, pidFile }) {
  const { exchange, exchangeUrl, simulatorSpeed } = settings;
  if (exchange === 'mexc') return { exchange };
  if (exchangeUrl !== undefined) return { exchange, url: exchangeUrl };
  const [port, controlPort] = [await freePort(), await freePort()];
  const logFile = path.join(settings.logs, `${SIMULATOR}.log`);
  const env = {
    ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), CONTROL_PORT: String(controlPort), SPEED: String(simulatorSpeed),
    // A state goes on at the speed that it was begun with, and at no other.
    STATE_FILE: path.join(settings.data, `simulator-state-speed-${simulatorSpeed}.json`),
  };
  const start = () => startHeld(SIMULATOR, { command: process.execPath, args: [entry], cwd: REPOSITORY, env, graceMs: GRACE_MS, logFile, pidFile });
  const process_ = await keepRunning(SIMULATOR, { start, logFile });
  return { exchange, url: `http://127.0.0.1:${port}`, controlUrl: `http://127.0.0.1:${controlPort}`, speed: simulatorSpeed, process: process_ };
}

/** Said loudly before anything else: nobody shall take made prices for real ones, or the other way round. */
export function exchangeInWords({ exchange, url, speed = 1 }, hasKeys) {
  const pace = speed === 1 ? '' : `; prices move ${speed.toLocaleString('en-US')} times as fast as the clock`;
  if (exchange === 'simulator') return `SIMULATOR, made prices and play money, at ${url}${pace}`;
  return hasKeys ? 'MEXC, REAL MONEY: a key is set, and live portfolios that are started trade with it' : 'MEXC, real market data, read without keys; nothing is traded but on paper';
}
