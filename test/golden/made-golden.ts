import { gzipSync } from 'node:zlib';
import { COMMITTED_GOLDEN, readCandles, type GoldenConfig, type GoldenFile } from './golden-file.js';
import { MADE_EXCHANGE, MADE_PANELS, MADE_QUOTE, makeCandleText } from './make-candles.js';
import { runNaiveBacktest } from './naive/naive-backtest.js';

/** A file that regeneration writes: its path below test/, and its text before any compression. */
export interface MadeFile {
  readonly path: string;
  readonly text: string;
}

const DEFAULTS: GoldenConfig = {
  upsideThreshold: 0.4, downsideThreshold: 0.35, sellPercentage: 0.2, usdtReserve: 0.3, minOrderValue: 15,
  cooldownMinutes: 30, maxPosition: 0.4, maxDonorSale: 0.25, minReserve: 0.05, initialCapital: 10_000,
  tradingFee: 0.001, slippage: 0, fillAt: 'next-open',
};

/** What each suffix exercises is told in test/golden/README.md. */
const CONFIGURATIONS: Readonly<Record<string, GoldenConfig>> = {
  defaults: DEFAULTS,
  close: { ...DEFAULTS, maxPosition: 1, minReserve: 0, fillAt: 'close' },
  small: { ...DEFAULTS, initialCapital: 600 },
  thin: { ...DEFAULTS, initialCapital: 1_500 },
  active: {
    ...DEFAULTS, upsideThreshold: 0.15, downsideThreshold: 0.12, sellPercentage: 0.35, usdtReserve: 0.1,
    cooldownMinutes: 240, maxDonorSale: 0.5, slippage: 0.002,
  },
  limits: { ...DEFAULTS, upsideThreshold: 1.5, downsideThreshold: 0.6, maxPosition: 0.24, usdtReserve: 0.15, slippage: 0.001 },
};

export function madeCandleFiles(): readonly MadeFile[] {
  return MADE_PANELS.flatMap((panel) => panel.assets.map((made) => ({
    path: `data/candles/${panel.folder}/${MADE_EXCHANGE}_${made.asset}_${MADE_QUOTE}_${panel.interval}.csv.gz`,
    text: makeCandleText(panel, made),
  })));
}

/** Golden results by the naive implementation, from the candle files as they lie on disk. */
export function madeGoldenFiles(): readonly MadeFile[] {
  return MADE_PANELS.flatMap(({ folder, interval, assets }) =>
    Object.entries(CONFIGURATIONS).map(([suffix, config]) => {
      const names = assets.map(({ asset }) => asset);
      const base = { folder: `candles/${folder}`, exchange: MADE_EXCHANGE, quote: MADE_QUOTE, interval, assets: names };
      const panel = { ...base, bars: 0, join: 'open times that all assets share' };
      const { bars, summary, trades } = runNaiveBacktest(readCandles(COMMITTED_GOLDEN, panel), config);
      const golden: GoldenFile = { panel: { ...panel, bars }, config, summary, trades };
      return { path: `golden/data/${folder}.${suffix}.json`, text: goldenText(golden) };
    }));
}

export function compressed(file: MadeFile): Buffer {
  return gzipSync(file.text, { level: 9 });
}

/** One trade a line, so that a change shows as a readable difference. */
function goldenText({ panel, config, summary, trades }: GoldenFile): string {
  const lines = trades.map((trade) => `  ${JSON.stringify(trade)}`).join(',\n');
  const head = [`"panel": ${JSON.stringify(panel)}`, `"config": ${JSON.stringify(config)}`, `"summary": ${JSON.stringify(summary)}`];
  return `{\n${head.join(',\n')},\n"trades": [\n${lines}\n]\n}\n`;
}
