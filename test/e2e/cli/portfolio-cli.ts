import path from 'node:path';
import { Explanation, PlanPage, Portfolio } from '#contracts';
import { freePort, spawnApp, temporaryFolder, type SpawnedApp } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import type { PriceStep } from '../trading/recorded-prices.js';
import { openTradingProduct } from '../trading/trading-product.js';
import { documentOf, runCli, type CliEnd } from './run-cli.js';

/** The command line before an API and all that trades, each a process, over the simulator at recorded prices. */
export async function openPortfolioCli(prices: readonly PriceStep[]) {
  const folder = await temporaryFolder();
  const product = await openTradingProduct({ prices, simulatorArgs: ['--balances', 'USDT=5000'] });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const haltFile = path.join(folder.path, 'HALT');
  const environment = { REBALANCER_API_URL: url, REBALANCER_TOKEN_FILE: path.join(folder.path, 'token'), REBALANCER_DATA_DIR: folder.path };
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`).catch(() => null))?.status === 200;
  const startApi = (): Promise<SpawnedApp> =>
    spawnApp('apps/api/src/main.js', { ...product.environment, PORT: String(port), ACCESS_TOKEN_FILE: environment.REBALANCER_TOKEN_FILE }, { ready: isReady });
  let api = await startApi();
  await Promise.all([product.start('price-ingestor'), product.start('strategy-evaluator'), product.start('order-executor', { HALT_FILE: haltFile })]);
  await product.untilLiveAccount();

  const rebalancer = (args: readonly string[], changes: Readonly<Record<string, string>> = {}): Promise<CliEnd> => runCli(args, { environment: { ...environment, ...changes } });
  const json = async (args: readonly string[]): Promise<unknown> => documentOf(await rebalancer([...args, '--json']));
  const show = async (name: string): Promise<Portfolio> => Portfolio.parse(await json(['portfolio', 'show', name]));
  return {
    product, environment, haltFile, rebalancer, json, show,
    explain: async (name: string, more: readonly string[] = []): Promise<Explanation> => Explanation.parse(await json(['portfolio', 'explain', name, ...more])),
    /** Its plans, oldest first, once there are so many and all have ended. */
    untilPlans: async (name: string, count: number) => {
      const look = async () => PlanPage.parse(await json(['portfolio', 'plans', name])).data.toReversed();
      return until(look, (plans) => plans.length >= count && plans.every(({ state }) => state === 'done' || state === 'aborted'), 60_000);
    },
    stopApi: () => api.stop(),
    startApi: async (): Promise<void> => {
      api = await startApi();
    },
    close: async () => {
      await api.stop();
      await product.close();
      await folder.remove();
    },
  };
}

export type PortfolioCli = Awaited<ReturnType<typeof openPortfolioCli>>;

/** No line is longer than a terminal of 80 shows, the ones left out that print what others wrote. */
export const tooWide = (text: string, except = /^ {2}(wanted|done|against) /u): readonly string[] => text.split('\n').filter((line) => line.length > 80 && !except.test(line));
