import type { OrderRequest, PaperExecution, VenueFill } from '#application';
import { paperFill, type DecimalText, type MarketRules } from '#domain';
import { Money, moneyText, ZERO } from '../simulated/money.js';
import { checkOrder, type OrderView } from '../simulated/order-checks.js';
import { draftOf, windowFault } from '../simulated/order-words.js';
import type { Rejection } from '../simulated/venue-types.js';

/** What a fill costs, as fractions: the portfolio's own parameters, as in a backtest. */
export interface PaperCosts {
  readonly slippage: number;
  readonly tradingFee: number;
}

/** What a paper order meets. */
export interface PaperMarket {
  /** Null: no such market. */
  readonly rules: MarketRules | null;
  /** Null: no price that may be acted upon. */
  readonly mid: number | null;
  readonly costs: PaperCosts;
  readonly venueNowMs: number;
  readonly venueOrderId: string;
}

/** As a venue answers that cannot trade just now, so that a new attempt follows. */
const NO_PRICE: Rejection = { code: 510, message: 'paper: there is no fresh price to fill at' };

/** What becomes of a paper order: filled as a whole, ended without a fill where its limit is not met, or refused as by the venue. */
export function executeOnPaper(order: OrderRequest, market: PaperMarket, balances: ReadonlyMap<string, DecimalText>): PaperExecution | Rejection {
  const late = windowFault(order, market.venueNowMs);
  if (late !== null) return late;
  const { rules, mid, costs } = market;
  if (rules !== null && mid === null) return NO_PRICE;
  const rejection = checkOrder(draftOf(order, ''), viewOf(market, balances));
  if (rejection !== null) return rejection;
  if (rules === null || mid === null) throw new Error(`the paper order ${order.clientOrderId} was checked without a market`);
  return isMet(order, mid, costs) ? filled(order, rules, mid, market, balances) : unfilled(order, market);
}

function viewOf({ rules, mid, costs }: PaperMarket, balances: ReadonlyMap<string, DecimalText>): OrderView {
  const price = mid === null ? null : new Money(mid);
  const free = (asset: string | undefined): Money => new Money(balances.get(asset ?? '') ?? 0);
  const fee = new Money(costs.tradingFee).toFixed();
  return {
    rules: rules === null ? null : { ...rules, makerFee: fee, takerFee: fee },
    lastPrice: price, bestBid: price, bestAsk: price,
    freeBase: free(rules?.base), freeQuote: free(rules?.quote),
    openOrders: 0, isClientIdTaken: false, isFeeInQuote: true,
  };
}

function isMet({ terms }: OrderRequest, mid: number, { slippage }: PaperCosts): boolean {
  if (terms.kind !== 'limit-ioc') return true;
  const isBuy = terms.side === 'buy';
  const price = new Money(mid).times(isBuy ? new Money(1).plus(slippage) : new Money(1).minus(slippage));
  return isBuy ? price.lte(terms.price) : price.gte(terms.price);
}

function filled(order: OrderRequest, rules: MarketRules, mid: number, market: PaperMarket, balances: ReadonlyMap<string, DecimalText>): PaperExecution | Rejection {
  const { price, quantity, notional, fee } = paperFill(order.terms, mid, rules, market.costs);
  if (new Money(quantity).isZero()) return { code: 30_002, message: `The minimum transaction volume cannot be less than:${rules.quantityStep}${rules.base}` };
  const changes = changesOf(sideOf(order), rules, { quantity, notional, fee });
  if (changes.some(({ asset, quantity: change }) => new Money(balances.get(asset) ?? 0).plus(change).lt(ZERO))) {
    return { code: 30_004, message: 'Insufficient position' };
  }
  const fill: VenueFill = {
    venueTradeId: `${market.venueOrderId}-1`, venueOrderId: market.venueOrderId, clientOrderId: order.clientOrderId,
    marketId: order.marketId, side: sideOf(order), price, quantity, notional, fee, feeAsset: rules.quote, isMaker: false, filledMs: market.venueNowMs,
  };
  return { order: { ...unfilled(order, market).order, status: 'filled', filledQuantity: quantity, filledNotional: notional }, fill, changes };
}

function changesOf(side: 'buy' | 'sell', { base, quote }: MarketRules, fill: { readonly quantity: DecimalText; readonly notional: DecimalText; readonly fee: DecimalText }): PaperExecution['changes'] {
  const [quantity, notional, fee] = [new Money(fill.quantity), new Money(fill.notional), new Money(fill.fee)];
  const isBuy = side === 'buy';
  return [
    { asset: base, quantity: moneyText(isBuy ? quantity : quantity.negated()) },
    { asset: quote, quantity: moneyText((isBuy ? notional.negated() : notional).minus(fee)) },
  ];
}

function unfilled(order: OrderRequest, { venueNowMs, venueOrderId }: PaperMarket): PaperExecution {
  return {
    order: {
      venueOrderId, clientOrderId: order.clientOrderId, marketId: order.marketId, side: sideOf(order),
      status: 'canceled', filledQuantity: '0', filledNotional: '0', createdMs: venueNowMs, updatedMs: venueNowMs,
    },
    fill: null,
    changes: [],
  };
}

function sideOf({ terms }: OrderRequest): 'buy' | 'sell' {
  if (terms.kind === 'limit-ioc') return terms.side;
  return terms.kind === 'market-buy' ? 'buy' : 'sell';
}
