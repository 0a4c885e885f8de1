import type { SimulatedVenue } from '#exchange';
import type { Deed, JournalEntry } from './journal.js';

/**
 * The same venue, which tells of everything that is done to it before anybody hears that it was done. Times in which nothing
 * happened are not told of: the next deed's time stands for them.
 */
export function keptVenue(venue: SimulatedVenue, record: (entry: JournalEntry) => void): SimulatedVenue {
  let lastMs = 0;
  const tell = (deed: Deed): void => record({ atMs: lastMs, deed });
  const advance = (nowMs: number): ReturnType<SimulatedVenue['advance']> => {
    lastMs = Math.max(lastMs, nowMs);
    const fills = venue.advance(nowMs);
    if (fills.length > 0) tell({ kind: 'passed' });
    return fills;
  };
  return {
    ...lookingAt(venue),
    advance,
    test: (draft, nowMs) => {
      advance(nowMs);
      return venue.test(draft, nowMs);
    },
    place: (draft, nowMs) => {
      advance(nowMs);
      const result = venue.place(draft, nowMs);
      if (result.kind === 'accepted') tell({ kind: 'placed', draft });
      return result;
    },
    cancel: (accountId, marketId, by, nowMs) => {
      advance(nowMs);
      const canceled = venue.cancel(accountId, marketId, by, nowMs);
      if (canceled !== null) tell({ kind: 'canceled', accountId, marketId, by });
      return canceled;
    },
    changeCourse: (change, nowMs) => {
      advance(nowMs);
      const fromMs = venue.changeCourse(change, lastMs);
      tell({ kind: 'course', change });
      return fromMs;
    },
    setFree: (accountId, asset, free) => {
      venue.setFree(accountId, asset, free);
      tell({ kind: 'balance', accountId, asset, free });
    },
    changeRules: (marketId, change) => {
      const isKnown = venue.changeRules(marketId, change);
      if (isKnown) tell({ kind: 'rules', marketId, change });
      return isKnown;
    },
  };
}

/** What changes nothing. */
function lookingAt(venue: SimulatedVenue): Omit<SimulatedVenue, 'advance' | 'test' | 'place' | 'cancel' | 'setFree' | 'changeCourse' | 'changeRules'> {
  return {
    markets: () => venue.markets(),
    bestQuotes: (...of) => venue.bestQuotes(...of),
    orderBook: (...of) => venue.orderBook(...of),
    candles: (...of) => venue.candles(...of),
    monthCandles: (...of) => venue.monthCandles(...of),
    dayTicker: (...of) => venue.dayTicker(...of),
    publicTrades: (...of) => venue.publicTrades(...of),
    findOrder: (...of) => venue.findOrder(...of),
    openOrders: (...of) => venue.openOrders(...of),
    orders: (...of) => venue.orders(...of),
    fills: (...of) => venue.fills(...of),
    balances: (accountId) => venue.balances(accountId),
    state: () => venue.state(),
  };
}

/** Does again what was done. */
export function redo(venue: SimulatedVenue, entries: readonly JournalEntry[]): void {
  for (const { atMs, deed } of entries) {
    venue.advance(atMs);
    switch (deed.kind) {
      case 'passed': break;
      case 'placed': venue.place(deed.draft, atMs); break;
      case 'canceled': venue.cancel(deed.accountId, deed.marketId, deed.by, atMs); break;
      case 'balance': venue.setFree(deed.accountId, deed.asset, deed.free); break;
      case 'course': venue.changeCourse(deed.change, atMs); break;
      case 'rules': venue.changeRules(deed.marketId, deed.change); break;
    }
  }
}
