import { externalFlowOf, type ExternalFlow, type PortfolioCharge } from '#domain';
import type { BalanceDifference, TradingAccount } from '../accounts/account-store.port.js';
import type { ExecutionStore } from '../execution/execution-store.port.js';
import type { LedgerStore } from '../ledger/ledger-store.port.js';
import type { LatestPrices } from '../prices/latest-prices.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { EventLog } from '../ports/event-log.port.js';
import type { BookedBalance } from './compare-account.js';
import type { PausePortfolios } from './pause-portfolios.js';

export interface BookExternalFlowsParts {
  readonly ledger: Pick<LedgerStore, 'post'>;
  readonly store: Pick<ExecutionStore, 'sweptMarkets'>;
  readonly prices: Pick<LatestPrices, 'read'>;
  readonly pause: PausePortfolios;
  readonly clock: Clock;
  readonly log: EventLog;
}

/** Books what came to the account, or left it, without anybody here having ordered it. */
export class BookExternalFlows {
  constructor(private readonly parts: BookExternalFlowsParts) {}

  /** What an account has when it is first seen is the beginning of its books. @throws StoreFailure */
  async open(account: TradingAccount, differences: readonly BalanceDifference[]): Promise<void> {
    for (const difference of differences) await this.book(account, difference, 'opening', { unassigned: '0', portfolios: [] });
  }

  /** @throws StoreFailure */
  async bookAll(account: TradingAccount, differences: readonly BalanceDifference[], booked: readonly BookedBalance[]): Promise<void> {
    for (const difference of differences) {
      const holders = booked.find(({ asset }) => asset === difference.asset) ?? { unassigned: '0', portfolios: [] };
      await this.book(account, difference, String(account.mismatchSinceMs), holders);
    }
  }

  /** The key names what was seen, so that two executors that saw the same book it once. */
  private async book(account: TradingAccount, difference: BalanceDifference, occasion: string, holders: Pick<BookedBalance, 'unassigned' | 'portfolios'>): Promise<void> {
    const { ledger, clock, log, pause } = this.parts;
    const { asset, booked, venue } = difference;
    const flow = externalFlowOf(difference, { asset, ...holders });
    await pause.pause(flow.charges, 'the account has less at the venue than its portfolios hold by the books');
    const nowMs = clock.nowMs();
    const isNew = await ledger.post({
      key: `external:${account.id}:${asset}:${occasion}:${booked}:${venue}`, accountId: account.id, kind: flow.kind, occurredMs: nowMs, bookedMs: nowMs,
      memo: occasion === 'opening' ? 'what the account held when it was first seen' : `the venue had ${venue} ${asset}, the books ${booked}`,
      postings: flow.postings, ...(await this.flowsOf(account, flow)),
    });
    if (isNew) log.warn({ event: 'external-flow-booked', accountId: account.id, kind: flow.kind, asset, booked, venue, occasion, charges: flow.charges }, 'Booked what was not ordered here');
  }

  private async flowsOf(account: TradingAccount, { charges }: ExternalFlow): Promise<{ readonly flows?: readonly { readonly portfolioId: string; readonly value: number }[] }> {
    const [charge] = charges;
    if (charge === undefined) return {};
    const price = await this.priceOf(account, charge.asset);
    return { flows: charges.map(({ portfolioId, quantity }: PortfolioCharge) => ({ portfolioId, value: -Number(quantity) * price })) };
  }

  /** In quote; an asset that has no price counts nothing, as it does in a portfolio's equity. */
  private async priceOf({ id, venue }: TradingAccount, asset: string): Promise<number> {
    const { store, prices, log } = this.parts;
    const markets = await store.sweptMarkets(id);
    if (markets.some(({ quote }) => quote === asset)) return 1;
    const market = markets.find(({ base }) => base === asset);
    const [price] = market === undefined ? [null] : await prices.read(venue, [market.marketId]).catch(() => [null]);
    if (price === null || price === undefined) log.warn({ event: 'flow-without-price', accountId: id, asset }, 'Values an external flow at nothing, since no price is known');
    return price?.mid ?? 0;
  }
}
