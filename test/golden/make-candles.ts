import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** How one made asset behaves. Fractions are per bar; bars count from the panel's first. */
export interface MadeAsset {
  readonly asset: string;
  readonly firstPrice: number;
  readonly volatility: number;
  /** Chance of a jump in a bar, between −30 % and +200 %. */
  readonly jumpChance: number;
  /** Bars before the listing: no candles. */
  readonly listedAtBar?: number;
  /** Bars without candles: an outage of this asset's market alone. */
  readonly gap?: { readonly fromBar: number; readonly toBar: number };
  /** From here on nobody trades: flat bars with volume 0. */
  readonly deadFromBar?: number;
}

export interface MadePanel {
  readonly folder: string;
  readonly interval: string;
  readonly intervalMs: number;
  readonly firstOpenMs: number;
  readonly bars: number;
  readonly seed: number;
  readonly assets: readonly MadeAsset[];
}

export const MADE_EXCHANGE = 'MADE';
export const MADE_QUOTE = 'USDT';

const HOUR_MS = 3_600_000;

export const MADE_PANELS: readonly MadePanel[] = [
  {
    folder: 'made-1h-2024', interval: '1h', intervalMs: HOUR_MS, firstOpenMs: 1_704_067_200_000, bars: 1_400, seed: 20_240_101,
    assets: [
      { asset: 'AAA', firstPrice: 2.5, volatility: 0.03, jumpChance: 0.004 },
      { asset: 'BBB', firstPrice: 0.0184, volatility: 0.045, jumpChance: 0.006, gap: { fromBar: 610, toBar: 622 } },
      { asset: 'CCC', firstPrice: 140, volatility: 0.02, jumpChance: 0.001 },
      { asset: 'DDD', firstPrice: 0.62, volatility: 0.05, jumpChance: 0.006, listedAtBar: 96 },
      { asset: 'EEE', firstPrice: 9.75, volatility: 0.03, jumpChance: 0.002, deadFromBar: 1_050 },
    ],
  },
  {
    folder: 'made-15m-2025', interval: '15m', intervalMs: HOUR_MS / 4, firstOpenMs: 1_746_057_600_000, bars: 1_100, seed: 20_250_501,
    assets: [
      { asset: 'FFF', firstPrice: 0.31, volatility: 0.03, jumpChance: 0.004 },
      { asset: 'GGG', firstPrice: 61.2, volatility: 0.025, jumpChance: 0.003, gap: { fromBar: 300, toBar: 301 } },
      { asset: 'HHH', firstPrice: 1.07, volatility: 0.04, jumpChance: 0.006 },
    ],
  },
];

/** The text of one made candle file, in the form of real ones: a header, then ascending rows in plain decimals. */
export function makeCandleText(panel: MadePanel, made: MadeAsset): string {
  // One stream of numbers an asset, so that changing one leaves the others as they are.
  const stream = xoroshiro128plus(panel.seed + panel.assets.indexOf(made) * 7_919);
  const next = (): number => uniformFloat64(stream);
  const lines = ['open_time,open,high,low,close,volume'];
  let close = made.firstPrice;
  for (let bar = 0; bar < panel.bars; bar++) {
    const candle = bar >= (made.deadFromBar ?? Infinity) ? flatCandle(close) : nextCandle(close, made, next);
    close = candle.close;
    if (!isMissing(bar, made)) lines.push(lineOf(panel.firstOpenMs + bar * panel.intervalMs, candle));
  }
  return `${lines.join('\n')}\n`;
}

interface MadeCandle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

function flatCandle(price: number): MadeCandle {
  return { open: price, high: price, low: price, close: price, volume: 0 };
}

/** Only + − × ÷ on the random numbers: every platform computes these to the same bit. */
function nextCandle(previousClose: number, made: MadeAsset, next: () => number): MadeCandle {
  const bell = (): number => (next() + next() + next() - 1.5) * 2;
  const open = rounded(previousClose * (1 + made.volatility * 0.15 * bell()));
  const jump = next() < made.jumpChance ? 0.7 + next() * next() * 2.3 : 1;
  // A faint pull to the first price keeps a long series in the range of a price.
  const pull = 0.004 * (made.firstPrice / (previousClose + made.firstPrice) - 0.5);
  const close = rounded(open * jump * (1 + made.volatility * bell() + pull));
  const high = rounded(Math.max(open, close) * (1 + made.volatility * 0.3 * next()));
  const low = rounded(Math.min(open, close) * (1 - made.volatility * 0.3 * next()));
  return { open, high: Math.max(high, open, close), low: Math.min(low, open, close), close, volume: Math.round(next() * 90_000) / 10 };
}

function isMissing(bar: number, { listedAtBar, gap }: MadeAsset): boolean {
  if (bar < (listedAtBar ?? 0)) return true;
  return gap !== undefined && bar >= gap.fromBar && bar < gap.toBar;
}

function lineOf(openTimeMs: number, { open, high, low, close, volume }: MadeCandle): string {
  return [openTimeMs, open, high, low, close, volume].join(',');
}

function rounded(price: number): number {
  return Number(price.toPrecision(5));
}
