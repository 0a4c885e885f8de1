import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A golden file: a panel, the parameters, and what a run must come to. */
export interface GoldenFile {
  readonly panel: {
    readonly folder: string;
    readonly exchange: string;
    readonly quote: string;
    readonly interval: string;
    readonly assets: readonly string[];
    readonly bars: number;
    readonly join: string;
  };
  readonly config: GoldenConfig;
  readonly summary: GoldenSummary;
  readonly trades: readonly GoldenTrade[];
}

export interface GoldenConfig {
  readonly upsideThreshold: number;
  readonly downsideThreshold: number;
  readonly sellPercentage: number;
  readonly usdtReserve: number;
  readonly minOrderValue: number;
  readonly cooldownMinutes: number;
  readonly maxPosition: number;
  readonly maxDonorSale: number;
  readonly minReserve: number;
  readonly initialCapital: number;
  readonly tradingFee: number;
  readonly slippage: number;
  readonly fillAt: 'next-open' | 'close';
}

export interface GoldenSummary {
  readonly finalValue: number;
  readonly totalReturn: number;
  readonly maxDrawdown: number;
  readonly sharpe: number;
  readonly rebalanceCount: number;
  readonly winRate: number | null;
  readonly feesPaid: number;
  readonly tradeCount: number;
  readonly kinds: { readonly upside: number; readonly downside: number; readonly limit: number };
}

export interface GoldenTrade {
  readonly time: number;
  readonly side: 'buy' | 'sell';
  readonly asset: string;
  readonly quantity: number;
  readonly price: number;
  readonly value: number;
}

/** One candle file's columns, as read. */
export interface CandleFile {
  readonly asset: string;
  readonly openTimesMs: readonly number[];
  readonly open: readonly number[];
  readonly close: readonly number[];
}

/** A place that holds golden files beside the candles they were made from. */
export interface GoldenHome {
  readonly goldenFolder: string;
  /** What the folder in a golden file's panel is relative to. */
  readonly candlesRoot: string;
}

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** Made by test/golden/regenerate.ts and committed: present on every clone. */
export const COMMITTED_GOLDEN: GoldenHome = {
  goldenFolder: path.join(REPOSITORY, 'test/golden/data'),
  candlesRoot: path.join(REPOSITORY, 'test/data'),
};

/** Real candles, beside the repository in development and CI only. */
export const SHARED_GOLDEN: GoldenHome = {
  goldenFolder: path.resolve(REPOSITORY, '../shared/golden'),
  candlesRoot: path.resolve(REPOSITORY, '../shared'),
};

/** Names of the golden files at a home; none, and one line that says so, where it is absent. */
export function goldenNames(home: GoldenHome): readonly string[] {
  if (!existsSync(home.goldenFolder)) {
    process.stderr.write(`not run: golden comparison on real candles, ${path.relative(REPOSITORY, home.goldenFolder)} is absent\n`);
    return [];
  }
  return readdirSync(home.goldenFolder).filter((name) => name.endsWith('.json')).sort();
}

export function readGolden(home: GoldenHome, name: string): GoldenFile {
  return JSON.parse(readFileSync(path.join(home.goldenFolder, name), 'utf8')) as GoldenFile;
}

/** The candles of a golden file's panel, one an asset, in the portfolio's order. */
export function readCandles(home: GoldenHome, panel: GoldenFile['panel']): readonly CandleFile[] {
  return panel.assets.map((asset) => {
    const name = `${panel.exchange}_${asset}_${panel.quote}_${panel.interval}.csv.gz`;
    const text = gunzipSync(readFileSync(path.join(home.candlesRoot, panel.folder, name))).toString('utf8');
    const rows = text.trimEnd().split('\n').slice(1).map((line) => line.split(',').map(Number));
    const column = (index: number): readonly number[] => rows.map((row) => row[index] ?? Number.NaN);
    return { asset, openTimesMs: column(0), open: column(1), close: column(4) };
  });
}
