import { Decimal } from 'decimal.js';
import type { SimulatedVenue } from '#exchange';
import type { Chance } from '../engine/chance.js';
import { QUOTE } from './settings.js';

export interface ExchangeDisturberParts {
  readonly venue: SimulatedVenue;
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

/** What happens at the exchange without us: money comes and goes, a person trades by hand, markets change or close. */
export class ExchangeDisturber {
  constructor(private readonly parts: ExchangeDisturberParts) {}

  readonly moveFromOutside = (): void => {
    const { chance } = this.parts;
    const accountId = chance.pick(this.parts.liveAccountIds);
    chance.pick([this.deposit, this.withdraw, this.tradeByHand] as const)(accountId);
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
