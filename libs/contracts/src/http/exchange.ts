import { z } from 'zod';
import { AssetName } from './text.js';

const Instant = z.iso.datetime({ offset: true });

/** What candles name as their exchange: made ones of the simulator never pass for MEXC's. */
export const VENUES = ['MEXC', 'SIMULATOR'] as const;
export const Venue = z.enum(VENUES).meta({ id: 'Venue' });
export type Venue = z.infer<typeof Venue>;

/** The exchange that this product talks to, as an ingestor last saw it. */
export const ExchangeStatus = z
  .object({
    venue: Venue,
    /** True: made prices and play money. */
    isSimulated: z.boolean(),
    origin: z.string().nullable(),
    isReachable: z.boolean(),
    lastAnswer: Instant.nullable(),
    problem: z.string().nullable(),
    /** Exchange's clock minus ours. */
    clockOffsetMs: z.number().nullable(),
    roundTripMs: z.number().nullable(),
    marketsLoaded: Instant.nullable(),
    markets: z.int(),
    tradableMarkets: z.int(),
    updated: Instant.nullable(),
  })
  .meta({ id: 'ExchangeStatus' });
export type ExchangeStatus = z.infer<typeof ExchangeStatus>;

const assetList = (max: number) =>
  z.string().max(2_000).transform((text) => text.split(',').map((name) => name.trim()).filter((name) => name !== '')).pipe(z.array(AssetName).min(1).max(max));

export const MarketsQuery = z.strictObject({ assets: assetList(100), quote: AssetName.default('USDT') });

export const ExchangeMarket = z
  .object({
    asset: z.string(),
    quote: z.string(),
    /** Null: the exchange has no such market; `didYouMean` then names some that it has. */
    marketId: z.string().nullable(),
    isListed: z.boolean(),
    isTradable: z.boolean(),
    /** Why it is not tradable over the API. */
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    didYouMean: z.array(z.string()),
    quantityStep: z.string().nullable(),
    priceTick: z.string().nullable(),
    minQuantity: z.string().nullable(),
    minNotional: z.string().nullable(),
    maxMarketNotional: z.string().nullable(),
    takerFee: z.string().nullable(),
  })
  .meta({ id: 'ExchangeMarket' });
export type ExchangeMarket = z.infer<typeof ExchangeMarket>;
export const ExchangeMarkets = z.object({ data: z.array(ExchangeMarket) }).meta({ id: 'ExchangeMarkets' });

export const PricesQuery = MarketsQuery;

export const PRICE_FLAGS = ['stale', 'frozen', 'spiking', 'invalid', 'future', 'missing'] as const;

/** `flag` null: fresh and good. Figures are numbers, for looking at; orders never use them. */
export const Price = z
  .object({
    asset: z.string(),
    quote: z.string(),
    /** Null: the exchange has no such market; `didYouMean` then names some that it has. */
    marketId: z.string().nullable(),
    didYouMean: z.array(z.string()),
    bid: z.number().nullable(),
    ask: z.number().nullable(),
    mid: z.number().nullable(),
    exchangeTime: Instant.nullable(),
    received: Instant.nullable(),
    changed: Instant.nullable(),
    ageMs: z.int().nullable(),
    flag: z.enum(PRICE_FLAGS).nullable(),
  })
  .meta({ id: 'Price' });
export type Price = z.infer<typeof Price>;
export const Prices = z.object({ venue: Venue, data: z.array(Price) }).meta({ id: 'Prices' });
