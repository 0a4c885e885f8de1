import type { MarketRules } from '#domain';
import { Chance, mix } from './chance.js';
import type { MarketCharacter, ReplayedMarket, SimulatedMarket } from './venue-types.js';

const DAY_MS = 86_400_000;
const ALWAYS = { day: 1, hour: 1, minute: 1 } as const;

/** A small coin as MEXC has them by the hundred: 9 % on an ordinary day, a pump in 200 days, a crash in 80. */
export const USUAL_CHARACTER: MarketCharacter = {
  basePrice: 0.02,
  dailyVolatility: 0.09,
  pumpChance: 0.005,
  crashChance: 0.0125,
  commonShare: 0.35,
  activity: ALWAYS,
  dayQuoteVolume: 1_500_000,
  halfSpread: 0.0005,
  levelQuoteValue: 350,
};

const MAJOR: Partial<MarketCharacter> = {
  dailyVolatility: 0.028,
  pumpChance: 0,
  crashChance: 0,
  commonShare: 0.8,
  dayQuoteVolume: 400_000_000,
  halfSpread: 0.00002,
  levelQuoteValue: 30_000,
};

/** Hardly anybody trades it: most of its bars are flat and empty. */
const DEAD: Partial<MarketCharacter> = {
  dailyVolatility: 0.04,
  pumpChance: 0,
  crashChance: 0,
  commonShare: 0,
  activity: { day: 0.9, hour: 0.04, minute: 0.02 },
  dayQuoteVolume: 90,
  halfSpread: 0.02,
  levelQuoteValue: 15,
};

/** Rules as MEXC had them in its list of 2025 for such coins; the figures are those of a small coin. */
export function usualRules(base: string, basePrice: number, change: Partial<MarketRules> = {}): MarketRules {
  return {
    marketId: `${base}USDT`,
    base,
    quote: 'USDT',
    status: 'online',
    isApiTradingAllowed: true,
    sides: 'both',
    orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
    quantityStep: '0.01',
    priceTick: tickFor(basePrice),
    minQuantity: '0',
    minNotional: '1',
    maxNotional: '2000000',
    minMarketNotional: '1',
    maxMarketNotional: '100000',
    makerFee: '0',
    takerFee: '0.0005',
    ...change,
  };
}

/** Some five significant digits, as a power of ten. */
export function tickFor(price: number): string {
  const decimals = Math.max(0, Math.min(10, 4 - Math.floor(Math.log10(price))));
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`;
}

/** Twelve markets; SIREN is listed 30 days before `speedFromMs`, or at once where the history is shorter. */
export function defaultMarkets(options: { readonly historyFromMs: number; readonly speedFromMs: number }): readonly SimulatedMarket[] {
  const listedMs = options.historyFromMs;
  const lateMs = Math.max(listedMs, Math.floor((options.speedFromMs - 30 * DAY_MS) / DAY_MS) * DAY_MS);
  const coin = (base: string, basePrice: number, character: Partial<MarketCharacter> = {}, rules: Partial<MarketRules> = {}) => ({
    rules: usualRules(base, basePrice, rules),
    listedMs,
    character: { ...USUAL_CHARACTER, ...character, basePrice },
  });
  return [
    coin('HANA', 0.0231, { dailyVolatility: 0.11 }),
    coin('AIA', 0.31, { dailyVolatility: 0.13, pumpChance: 0.008, crashChance: 0.02 }),
    coin('XAN', 0.042, { dailyVolatility: 0.1 }),
    coin('BTC', 91_000, MAJOR, { priceTick: '0.01', quantityStep: '0.000001', minQuantity: '0.000001', isApiTradingAllowed: false }),
    coin('ETH', 3_050, MAJOR, { priceTick: '0.01', quantityStep: '0.00001', minQuantity: '0.0001', isApiTradingAllowed: false }),
    { ...coin('SIREN', 0.088, { dailyVolatility: 0.15, pumpChance: 0.01 }), listedMs: lateMs },
    coin('TRUTH', 0.0174, { activity: { day: 1, hour: 1, minute: 0.85 }, dayQuoteVolume: 250_000, levelQuoteValue: 120 }),
    coin('BSB', 0.136, { dailyVolatility: 0.08 }),
    coin('PIPPIN', 0.19, { dailyVolatility: 0.12, dayQuoteVolume: 6_000_000, levelQuoteValue: 900 }),
    coin('MX', 2.1, { ...MAJOR, dailyVolatility: 0.025, dayQuoteVolume: 5_000_000, halfSpread: 0.0002, levelQuoteValue: 2_000 }),
    coin('PYTH', 0.066, { dailyVolatility: 0.055, pumpChance: 0.001, crashChance: 0.003, commonShare: 0.6, dayQuoteVolume: 3_000_000 }),
    coin('RBT', 0.00182, DEAD),
  ];
}

/** `count` more markets for load, LOAD0001USDT and so on, different by `seed`. */
export function makeMarkets(count: number, seed: number, listedMs: number): readonly SimulatedMarket[] {
  if (!Number.isInteger(count) || count < 0 || count > 3_000) throw new Error(`count: a whole number from 0 to 3000, was ${count}`);
  return Array.from({ length: count }, (_none, i) => {
    const chance = new Chance(mix(seed, i));
    const basePrice = Number((10 ** (-4 + 5 * chance.next())).toPrecision(4));
    const character = { ...USUAL_CHARACTER, basePrice, dailyVolatility: 0.04 + 0.1 * chance.next() };
    return { rules: usualRules(`LOAD${String(i + 1).padStart(4, '0')}`, basePrice), listedMs, character };
  });
}

/** Usual rules for a market that is known by its record alone: quoted in USDT, its tick by its lowest price. */
export function marketOfReplay({ marketId, columns }: ReplayedMarket): SimulatedMarket {
  if (!/^[A-Z0-9]+USDT$/.test(marketId)) throw new Error(`replay of ${marketId}: an id such as HANAUSDT is needed, or the market's rules`);
  const lowest = columns.lows.reduce((least, low) => Math.min(least, low), Infinity);
  return { rules: usualRules(marketId.slice(0, -'USDT'.length), lowest > 0 && lowest < Infinity ? lowest : 1), listedMs: 0 };
}
