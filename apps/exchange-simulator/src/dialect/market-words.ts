import type { BestQuotes, DayTicker, SimulatedMarket } from '#exchange';
import { Decimal } from 'decimal.js';
import type { MarketRules, TradableSides } from '#domain';

const STATUS_NUMBERS = { online: '1', paused: '2', offline: '3' } as const;
const SIDE_NUMBERS: Readonly<Record<TradableSides, number>> = { both: 1, 'buy-only': 2, 'sell-only': 3, none: 4 };
/** MEXC pads notionals with zeros. */
const NOTIONAL_DECIMALS = 30;
/** Where a market names no bound, MEXC still writes one. */
const NO_MAXIMUM = '1000000000';

/** One market of exchangeInfo, in MEXC's misleading words: see mexc.md, "Precision and limits". */
export function marketWords({ rules }: SimulatedMarket): Readonly<Record<string, unknown>> {
  const baseDecimals = decimalsOf(rules.quantityStep);
  const quoteDecimals = decimalsOf(rules.priceTick);
  return {
    symbol: rules.marketId,
    status: STATUS_NUMBERS[rules.status],
    baseAsset: rules.base,
    baseAssetPrecision: baseDecimals,
    quoteAsset: rules.quote,
    quotePrecision: quoteDecimals,
    quoteAssetPrecision: quoteDecimals,
    baseCommissionPrecision: baseDecimals,
    quoteCommissionPrecision: quoteDecimals,
    orderTypes: rules.orderTypes,
    isSpotTradingAllowed: rules.isApiTradingAllowed,
    isMarginTradingAllowed: false,
    ...notionalWords(rules),
    permissions: ['SPOT'],
    filters: [],
    makerCommission: rules.makerFee,
    takerCommission: rules.takerFee,
    fullName: rules.base,
    tradeSideType: SIDE_NUMBERS[rules.sides],
  };
}

const padded = (notional: string | null): string => new Decimal(notional ?? NO_MAXIMUM).toFixed(NOTIONAL_DECIMALS);

function notionalWords(rules: MarketRules): Readonly<Record<string, string>> {
  return {
    quoteAmountPrecision: padded(rules.minNotional),
    baseSizePrecision: rules.minQuantity,
    maxQuoteAmount: padded(rules.maxNotional),
    quoteAmountPrecisionMarket: padded(rules.minMarketNotional),
    maxQuoteAmountMarket: padded(rules.maxMarketNotional),
  };
}

/** Decimals of a step such as 0.001; MEXC can only say powers of ten. */
export function decimalsOf(step: string): number {
  return new Decimal(step).decimalPlaces();
}

export function dayTickerWords(ticker: DayTicker): Readonly<Record<string, unknown>> {
  const change = new Decimal(ticker.lastPrice).minus(ticker.openPrice);
  const fraction = new Decimal(ticker.openPrice).isZero() ? new Decimal(0) : change.div(ticker.openPrice);
  return {
    symbol: ticker.marketId,
    priceChange: change.toFixed(),
    priceChangePercent: fraction.toDecimalPlaces(4).toFixed(),
    prevClosePrice: ticker.previousClose,
    lastPrice: ticker.lastPrice,
    bidPrice: ticker.bidPrice,
    bidQty: ticker.bidQuantity,
    askPrice: ticker.askPrice,
    askQty: ticker.askQuantity,
    openPrice: ticker.openPrice,
    highPrice: ticker.highPrice,
    lowPrice: ticker.lowPrice,
    volume: ticker.volume,
    quoteVolume: ticker.quoteVolume,
    openTime: ticker.openMs,
    closeTime: ticker.closeMs,
    count: null, // Documented, and always null.
  };
}

export function bookTickerWords(quotes: BestQuotes): Readonly<Record<string, string>> {
  return {
    symbol: quotes.marketId,
    bidPrice: quotes.bidPrice,
    bidQty: quotes.bidQuantity,
    askPrice: quotes.askPrice,
    askQty: quotes.askQuantity,
  };
}
