import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { VenueFill, VenueOrder, VenueOrderStatus } from '#application';
import type { MarketRules, MarketStatus, TradableSides } from '#domain';
import { toDecimalText } from '../dialect/decimal-text.js';

const decimal = z.unknown().transform((value, context) => {
  const text = toDecimalText(value);
  if (text !== null) return text;
  context.addIssue({ code: 'custom', message: 'must be a number that is not negative' });
  return z.NEVER;
});
const limit = decimal.optional().transform((text) => (text === undefined || text === '0' ? null : text));
// Not z.coerce, which reads nothing and null as 0.
const whole = z.union([z.number(), z.string().regex(/^\d{1,15}$/).transform(Number)]).pipe(z.number().int());
const decimals = whole.pipe(z.number().min(0).max(30));
const epochMs = whole.pipe(z.number().positive());
const id = z.union([z.string().min(1).max(128), z.number().int().safe().transform(String)]);
// MEXC has names in any script; but a blank is none, and a database takes no NUL.
const name = z.string().max(64).regex(/^[^\s\p{Cc}]+$/u, 'must be a name without blanks or control characters');

const STATUSES: Readonly<Record<string, MarketStatus>> = { 1: 'online', 2: 'paused', 3: 'offline' };
const SIDES: Readonly<Record<string, TradableSides>> = { 1: 'both', 2: 'buy-only', 3: 'sell-only', 4: 'none' };

function oneOf<Word>(words: Readonly<Record<string, Word>>, what: string) {
  return z.union([z.string(), z.number()]).transform((raw, context) => {
    const word = Object.hasOwn(words, raw) ? words[raw] : undefined;
    if (word !== undefined) return word;
    context.addIssue({ code: 'custom', message: `${String(raw).slice(0, 40)} is no ${what} that we know` });
    return z.NEVER;
  });
}

/** One entry of exchangeInfo. MEXC's names mislead: see the comments. */
export const marketSchema = z
  .object({
    symbol: name,
    status: oneOf(STATUSES, 'market status'),
    baseAsset: name,
    quoteAsset: name,
    baseAssetPrecision: decimals,
    quoteAssetPrecision: decimals,
    isSpotTradingAllowed: z.boolean(),
    baseSizePrecision: decimal, // The smallest quantity, not a precision.
    quoteAmountPrecision: decimal, // The smallest notional.
    maxQuoteAmount: limit,
    quoteAmountPrecisionMarket: decimal.optional(),
    maxQuoteAmountMarket: limit,
    makerCommission: decimal.default('0'),
    takerCommission: decimal.default('0'),
    orderTypes: z.array(z.string().max(40)).max(20).default([]),
    tradeSideType: oneOf(SIDES, 'kind of sides').default('both'), // Older answers do not tell.
  })
  .transform(
    (market): MarketRules => ({
      marketId: market.symbol,
      base: market.baseAsset,
      quote: market.quoteAsset,
      status: market.status,
      isApiTradingAllowed: market.isSpotTradingAllowed,
      sides: market.tradeSideType,
      orderTypes: market.orderTypes,
      quantityStep: stepOf(market.baseAssetPrecision),
      priceTick: stepOf(market.quoteAssetPrecision),
      minQuantity: market.baseSizePrecision,
      minNotional: market.quoteAmountPrecision,
      maxNotional: market.maxQuoteAmount,
      minMarketNotional: market.quoteAmountPrecisionMarket ?? market.quoteAmountPrecision,
      maxMarketNotional: market.maxQuoteAmountMarket ?? market.maxQuoteAmount,
      makerFee: market.makerCommission,
      takerFee: market.takerCommission,
    }),
  );

function stepOf(places: number): string {
  return new Decimal(10).pow(-places).toFixed();
}

export const marketListSchema = z.object({ symbols: z.array(z.unknown()).max(100_000) });

/** Either list of markets open to the API: for everybody, or for the account. */
export const marketIdsSchema = z.object({ data: z.array(name).max(100_000) });

export const balancesSchema = z
  .object({ balances: z.array(z.object({ asset: name, free: decimal, locked: decimal })).max(100_000) })
  .transform(({ balances }) => balances);

const ORDER_STATUSES: Readonly<Record<string, VenueOrderStatus>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  PARTIALLY_CANCELED: 'canceled',
};
const side = oneOf({ BUY: 'buy', SELL: 'sell' } as const, 'side');
const clientOrderId = z.string().max(128).nullish();

export const orderSchema = z
  .object({
    symbol: name,
    orderId: id,
    clientOrderId,
    side,
    status: oneOf(ORDER_STATUSES, 'order status'),
    executedQty: decimal,
    cummulativeQuoteQty: decimal,
    time: epochMs,
    updateTime: epochMs.nullish(),
  })
  .transform(
    (order): VenueOrder => ({
      venueOrderId: order.orderId,
      clientOrderId: order.clientOrderId || null,
      marketId: order.symbol,
      side: order.side,
      status: order.status,
      filledQuantity: order.executedQty,
      filledNotional: order.cummulativeQuoteQty,
      createdMs: order.time,
      updatedMs: order.updateTime ?? order.time,
    }),
  );

export const orderListSchema = z.array(orderSchema).max(10_000);

export const fillSchema = z
  .object({
    symbol: name,
    id,
    orderId: id,
    clientOrderId,
    isBuyer: z.boolean(),
    isMaker: z.boolean(),
    price: decimal,
    qty: decimal,
    quoteQty: decimal,
    commission: decimal,
    commissionAsset: name,
    time: epochMs,
  })
  .transform(
    (fill): VenueFill => ({
      venueTradeId: fill.id,
      venueOrderId: fill.orderId,
      clientOrderId: fill.clientOrderId || null,
      marketId: fill.symbol,
      side: fill.isBuyer ? 'buy' : 'sell',
      price: fill.price,
      quantity: fill.qty,
      notional: fill.quoteQty,
      fee: fill.commission,
      feeAsset: fill.commissionAsset,
      isMaker: fill.isMaker,
      filledMs: fill.time,
    }),
  );

export const fillListSchema = z.array(fillSchema).max(10_000);
