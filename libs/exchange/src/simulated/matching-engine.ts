import type { Accounts } from './accounts.js';
import { levelsOf, lastPriceWhereReached } from './market-data-view.js';
import { RETURN_MS, type BookSide, type Level, type TakenLiquidity } from './made-book.js';
import { Money, moneyText, ZERO } from './money.js';
import { checkOrder, type OrderView } from './order-checks.js';
import { fillOf, openedOrder, statusAfterTaking, takingOf, withFill } from './order-course.js';
import { isOpen, type LoggedOrder, type OrderKey, type OrderLog } from './order-log.js';
import { commissionOf, FEE_ASSET, settle, type Execution } from './settlement.js';
import { sweep } from './sweep.js';
import type { VenueMarket } from './venue-market.js';
import type { OrderDraft, PlaceResult, Rejection, SimulatedFill, SimulatedOrder, VenueOptions } from './venue-types.js';

export interface EngineParts {
  readonly markets: ReadonlyMap<string, VenueMarket>;
  readonly accounts: Accounts;
  readonly log: OrderLog;
  readonly taken: TakenLiquidity;
}

interface Crossing {
  readonly logged: LoggedOrder;
  readonly market: VenueMarket;
  readonly atMs: number;
}

/** Orders meet books and prices: takers the levels of the book, resting ones the price path when it comes to them. */
export class MatchingEngine {
  constructor(
    private readonly options: Pick<VenueOptions, 'feeIn' | 'hasUniqueClientOrderIds'>,
    private readonly parts: EngineParts,
    /** The latest time that it has been told; it never goes back. */
    public lastMs: number,
  ) {}

  advance(nowMs: number): readonly SimulatedFill[] {
    const sinceMs = this.lastMs;
    if (nowMs <= sinceMs) return [];
    this.lastMs = nowMs;
    const crossings = this.parts.log.open().flatMap((logged) => this.crossingOf(logged, sinceMs, nowMs) ?? []);
    crossings.sort((a, b) => a.atMs - b.atMs);
    const fills = crossings.map((crossing) => this.fillResting(crossing));
    this.parts.log.prune(sinceMs, nowMs);
    return fills;
  }

  test(draft: OrderDraft, nowMs: number): Rejection | null {
    this.advance(nowMs);
    return checkOrder(draft, this.viewOf(draft));
  }

  place(draft: OrderDraft, nowMs: number): PlaceResult {
    const rejection = this.test(draft, nowMs);
    if (rejection !== null) return { kind: 'rejected', rejection };
    const market = this.parts.markets.get(draft.marketId)!;
    const digits = this.parts.log.nextDigits(this.lastMs);
    const logged: LoggedOrder = { order: openedOrder(draft, market, `C02__${digits}`, this.lastMs), locked: '0' };
    const fills = this.take(logged, market);
    this.rest(logged, market);
    this.parts.log.add(logged);
    return { kind: 'accepted', order: logged.order, fills };
  }

  cancel(accountId: string, marketId: string, by: OrderKey, nowMs: number): SimulatedOrder | null {
    this.advance(nowMs);
    const logged = this.parts.log.find(accountId, marketId, by);
    const market = this.parts.markets.get(marketId);
    if (logged === null || market === undefined || !isOpen(logged.order)) return null;
    this.unlock(logged, market);
    const status = logged.order.status === 'NEW' ? 'CANCELED' : 'PARTIALLY_CANCELED';
    this.parts.log.update(logged, { ...logged.order, status, updatedMs: this.lastMs }, '0');
    return logged.order;
  }

  private viewOf(draft: OrderDraft): OrderView {
    const { accountId, marketId, clientOrderId } = draft;
    const { accounts, log } = this.parts;
    const market = this.parts.markets.get(marketId);
    const isUsed = clientOrderId !== null && log.find(accountId, marketId, { clientOrderId }) !== null;
    return {
      rules: market?.rules ?? null,
      lastPrice: market === undefined ? null : this.lastPriceOf(market),
      bestBid: market === undefined ? null : this.bestOf(market, 'bid'),
      bestAsk: market === undefined ? null : this.bestOf(market, 'ask'),
      freeBase: market === undefined ? ZERO : accounts.free(accountId, market.rules.base),
      freeQuote: market === undefined ? ZERO : accounts.free(accountId, market.rules.quote),
      openOrders: log.openCount(accountId),
      isClientIdTaken: this.options.hasUniqueClientOrderIds && isUsed,
      isFeeInQuote: this.options.feeIn !== 'base',
    };
  }

  private lastPriceOf(market: VenueMarket): Money | null {
    const ticks = market.feed.priceAt(this.lastMs);
    return ticks === null ? null : new Money(market.price.text(ticks));
  }

  private bestOf(market: VenueMarket, side: BookSide): Money | null {
    const best = levelsOf(market, side, this.parts.taken, this.lastMs, 1)?.[0];
    return best === undefined ? null : new Money(market.price.text(best.price));
  }

  /** What an order takes from the book at once. */
  private take(logged: LoggedOrder, market: VenueMarket): readonly SimulatedFill[] {
    const side = logged.order.side === 'BUY' ? 'ask' : 'bid';
    const levels = levelsOf(market, side, this.parts.taken, this.lastMs) ?? [];
    const terms = takingOf(logged.order, market, this.lastPriceOf(market)!);
    const swept = sweep(levels, terms);
    const isKilled = logged.order.type === 'FILL_OR_KILL' && swept.isShortOfDepth;
    const taken = isKilled ? [] : swept.taken;
    const fills = taken.map((level) => this.fillTaking(logged, market, level));
    for (const { quantity } of taken) this.parts.taken.add(market.rules.marketId, side, quantity, this.lastMs);
    logged.order = { ...logged.order, status: statusAfterTaking(logged.order, swept.isShortOfDepth) };
    return fills;
  }

  private fillTaking(logged: LoggedOrder, market: VenueMarket, level: Level): SimulatedFill {
    const [price, quantity] = [new Money(market.price.text(level.price)), new Money(market.quantity.text(level.quantity))];
    return this.fill(logged, market, { price, quantity, isMaker: false, timeMs: this.lastMs });
  }

  private fillResting({ logged, market, atMs }: Crossing): SimulatedFill {
    this.unlock(logged, market);
    const { price, originalQuantity, executedQuantity } = logged.order;
    const quantity = new Money(originalQuantity).minus(executedQuantity);
    const fill = this.fill(logged, market, { price: new Money(price), quantity, isMaker: true, timeMs: atMs });
    this.parts.log.update(logged, { ...logged.order, status: 'FILLED' }, '0');
    return fill;
  }

  private fill(logged: LoggedOrder, market: VenueMarket, terms: Omit<Execution, 'accountId' | 'side'> & { readonly timeMs: number }): SimulatedFill {
    const { accounts, log } = this.parts;
    const { accountId, side } = logged.order;
    const { timeMs, ...rest } = terms;
    const execution: Execution = { accountId, side, ...rest };
    const commission = commissionOf(execution, market, this.options.feeIn, {
      feeAssetPrice: this.feeAssetPrice(market),
      freeFeeAsset: accounts.free(accountId, FEE_ASSET),
      freeQuote: accounts.free(accountId, market.rules.quote),
    });
    settle(accounts, execution, market, commission);
    logged.order = withFill(logged.order, execution, timeMs);
    const fill = { ...fillOf(logged.order, execution, commission), tradeId: log.nextTradeId(timeMs), timeMs };
    log.addFill(fill);
    return fill;
  }

  private feeAssetPrice({ rules }: VenueMarket): Money | null {
    const market = this.parts.markets.get(`${FEE_ASSET}${rules.quote}`);
    return market === undefined ? null : this.lastPriceOf(market);
  }

  /** Locks what an order that goes on needs. */
  private rest(logged: LoggedOrder, { rules }: VenueMarket): void {
    const { order } = logged;
    if (!isOpen(order)) return;
    const left = new Money(order.originalQuantity).minus(order.executedQuantity);
    const fee = this.options.feeIn === 'base' ? ZERO : new Money(rules.makerFee);
    const locked = order.side === 'BUY' ? left.times(order.price).times(fee.plus(1)) : left;
    this.parts.accounts.lock(order.accountId, order.side === 'BUY' ? rules.quote : rules.base, locked);
    logged.locked = moneyText(locked);
  }

  private unlock(logged: LoggedOrder, { rules }: VenueMarket): void {
    const { accountId, side } = logged.order;
    this.parts.accounts.lock(accountId, side === 'BUY' ? rules.quote : rules.base, new Money(logged.locked).negated());
    logged.locked = '0';
  }

  private crossingOf(logged: LoggedOrder, sinceMs: number, nowMs: number): Crossing | null {
    const { marketId, side, price, createdMs } = logged.order;
    const market = this.parts.markets.get(marketId);
    if (market === undefined || market.rules.status !== 'online') return null;
    const isBuy = side === 'BUY';
    const limit = market.price.units(price, isBuy ? 'down' : 'up');
    const there = lastPriceWhereReached(market, isBuy ? 'ask' : 'bid', limit);
    const fromMs = Math.max(sinceMs, waitsUntilMs(market, isBuy, there, createdMs));
    const atMs = market.feed.firstReaching(isBuy ? 'low' : 'high', there, fromMs, nowMs);
    return atMs === null ? null : { logged, market, atMs };
  }
}

/**
 * An order that rests although the price was there when it came has found the book empty, by what it or others took before
 * it. It has to wait until that is back.
 */
function waitsUntilMs(market: VenueMarket, isBuy: boolean, there: number, createdMs: number): number {
  const price = market.feed.priceAt(createdMs);
  const wasThere = price !== null && (isBuy ? price <= there : price >= there);
  return wasThere ? createdMs + RETURN_MS : createdMs;
}
