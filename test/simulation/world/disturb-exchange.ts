import { Decimal } from 'decimal.js';
import type { SimulatedVenue } from '#exchange';
import { FaultRequest, type FaultRules } from '../../../apps/exchange-simulator/src/faults/fault-rules.js';
import type { Chance } from '../engine/chance.js';
import { QUOTE } from './settings.js';

export interface ExchangeDisturberParts {
  readonly venue: SimulatedVenue;
  readonly faults: FaultRules;
  readonly chance: Chance;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, work: () => void) => unknown;
  readonly liveAccountIds: readonly string[];
  readonly bases: readonly string[];
  readonly note: (who: string, what: string) => void;
  readonly hit: (mark: string) => void;
}

const NAME = 'exchange';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface RestingOrder {
  readonly accountId: string;
  readonly marketId: string;
  readonly orderId: string;
}

/** What happens at the exchange without us: money comes and goes, a person trades by hand, markets change or close. */
export class ExchangeDisturber {
  private resting: readonly RestingOrder[] = [];

  constructor(private readonly parts: ExchangeDisturberParts) {}

  readonly moveFromOutside = (): void => {
    const { chance } = this.parts;
    this.moveAt(chance.pick(this.parts.liveAccountIds));
  };

  readonly moveAt = (accountId: string): void => {
    this.parts.chance.pick([this.deposit, this.withdraw, this.tradeByHand, this.dust] as const)(accountId);
  };

  /** Somebody bids by hand far below the market, and cancels it later; now and then the market comes there first. */
  readonly leaveOrder = (): void => {
    const { chance, venue, nowMs, after, hit } = this.parts;
    const [accountId, marketId] = [chance.pick(this.parts.liveAccountIds), `${chance.pick(this.parts.bases)}${QUOTE}`];
    const bid = venue.bestQuotes(marketId, nowMs())?.bidPrice;
    const { rules } = venue.markets().find((market) => market.rules.marketId === marketId)!;
    if (bid === undefined) return;
    const price = onGrid(new Decimal(bid).times(chance.between(0.6, 0.95)), rules.priceTick);
    const quantity = price.isZero() ? price : onGrid(new Decimal(chance.whole(20, 200)).dividedBy(price), rules.quantityStep);
    const draft = { accountId, marketId, side: 'BUY', type: 'LIMIT', quantity: quantity.toFixed(), quoteOrderQuantity: null, price: price.toFixed(), clientOrderId: null } as const;
    const placed = venue.place(draft, nowMs());
    hit(`exchange: resting order ${placed.kind}`);
    this.note(`somebody bids ${draft.price} for ${draft.quantity} of ${marketId} by hand at ${accountId}: ${placed.kind}`);
    if (placed.kind !== 'accepted') return;
    const order = { accountId, marketId, orderId: placed.order.orderId };
    this.resting = [...this.resting, order];
    after(chance.whole(5, 60) * MINUTE_MS, () => this.cancel(order));
  };

  /** Nothing that a person left there stays. */
  readonly cancelAll = (): void => this.resting.forEach((order) => this.cancel(order));

  private cancel(order: RestingOrder): void {
    const { venue, nowMs } = this.parts;
    if (!this.resting.includes(order)) return;
    this.resting = this.resting.filter((other) => other !== order);
    venue.cancel(order.accountId, order.marketId, order, nowMs());
  }

  /** For an hour or two, which is longer than rules may be old. */
  readonly hideRules = (): void => {
    const { faults, chance, nowMs, after, hit } = this.parts;
    const [fault, parameters] = chance.pick([['maintenance-page', {}], ['garbled-answer', { body: 'html' }]] as const);
    const { id } = faults.add(FaultRequest.parse({ fault, parameters, on: 'GET /api/v3/exchangeInfo' }), nowMs());
    hit(`exchange: rules ${fault}`);
    this.note(`rules are away: ${fault}`);
    after(chance.whole(60, 120) * MINUTE_MS, () => void faults.remove(id));
  };

  readonly changeRules = (): void => {
    const { chance, venue, after, hit } = this.parts;
    const marketId = `${chance.pick(this.parts.bases)}${QUOTE}`;
    const { rules } = venue.markets().find((market) => market.rules.marketId === marketId)!;
    const change = chance.pick([
      { status: 'offline' }, { status: 'paused' }, { isApiTradingAllowed: false }, { sides: 'sell-only' }, { minNotional: '20', minMarketNotional: '20' },
      { takerFee: '0.002' }, { orderTypes: ['LIMIT', 'LIMIT_MAKER'] }, { quantityStep: rules.quantityStep === '1' ? '10' : '1' },
    ] as const);
    this.note(`${marketId} becomes ${JSON.stringify(change)}`);
    hit(`exchange: market ${Object.keys(change)[0]}`);
    venue.changeRules(marketId, change);
    const before = Object.fromEntries(Object.keys(change).map((field) => [field, rules[field as keyof typeof rules]]));
    after(chance.whole(1, 6) * HOUR_MS, () => void venue.changeRules(marketId, before));
  };

  private readonly deposit = (accountId: string): void => {
    const { chance } = this.parts;
    const asset = chance.pick([QUOTE, QUOTE, ...this.parts.bases.slice(0, 2)]);
    const quantity = new Decimal(chance.whole(10, 2_000)).dividedBy(asset === QUOTE ? 1 : 10);
    this.change(accountId, asset, quantity, 'deposit');
  };

  private readonly withdraw = (accountId: string): void => {
    const { chance, venue } = this.parts;
    const held = venue.balances(accountId).filter(({ free }) => Number(free) > 0);
    if (held.length === 0) return;
    const { asset, free } = chance.pick(held);
    const quantity = new Decimal(free).times(chance.between(0.01, 0.3)).toDecimalPlaces(4, Decimal.ROUND_DOWN);
    this.change(accountId, asset, quantity.negated(), 'withdrawal');
  };

  /** Less than can be traded. */
  private readonly dust = (accountId: string): void => {
    const { chance, venue, bases } = this.parts;
    const { rules } = chance.pick(venue.markets().filter((market) => bases.includes(market.rules.base)));
    this.change(accountId, rules.base, new Decimal(rules.quantityStep).times(chance.between(0.1, 3).toFixed(3)), 'dust');
  };

  private change(accountId: string, asset: string, quantity: Decimal, kind: string): void {
    if (quantity.isZero()) return;
    const free = this.parts.venue.balances(accountId).find((balance) => balance.asset === asset)?.free ?? '0';
    this.parts.venue.setFree(accountId, asset, quantity.plus(free).toFixed());
    this.parts.hit(`exchange: ${kind}`);
    this.note(`${kind} of ${quantity.toFixed()} ${asset} at ${accountId}`);
  }

  private readonly tradeByHand = (accountId: string): void => {
    const { venue, chance, nowMs, hit } = this.parts;
    const marketId = `${chance.pick(this.parts.bases)}${QUOTE}`;
    const quoteOrderQuantity = String(chance.whole(20, 300));
    const draft = { accountId, marketId, side: 'BUY', type: 'MARKET', quantity: null, quoteOrderQuantity, price: null, clientOrderId: null } as const;
    const { kind } = venue.place(draft, nowMs());
    hit(`exchange: trade by hand ${kind}`);
    this.note(`somebody buys ${marketId} for ${quoteOrderQuantity} by hand at ${accountId}: ${kind}`);
  };

  private note(what: string): void {
    this.parts.note(NAME, what);
  }
}

const onGrid = (value: Decimal, step: string): Decimal => value.dividedBy(step).floor().times(step);
