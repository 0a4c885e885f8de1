import type { Balance, PaperExecution, PaperVenueStore, VenueFill, VenueOrder } from '#application';
import type { DecimalText } from '#domain';
import { plus } from './amounts.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import type { PaperBalanceRow } from './rows.js';

export class MemoryPaperVenueStore implements PaperVenueStore {
  constructor(private readonly database: MemoryDatabase) {}

  async balances(accountId: string): Promise<Balance[]> {
    return this.balancesOf(accountId).map(({ asset, free }) => ({ asset, free, locked: '0' }));
  }

  async execute(
    accountId: string, clientOrderId: string, execute: (balances: ReadonlyMap<string, DecimalText>) => PaperExecution | null,
  ): Promise<'executed' | 'refused' | 'known'> {
    return this.database.transaction(() => {
      if (this.database.paperOrders.get(keyOf(accountId, clientOrderId)) !== undefined) return 'known';
      const execution = execute(new Map(this.balancesOf(accountId).map(({ asset, free }) => [asset, free])));
      if (execution === null) return 'refused';
      this.store(accountId, clientOrderId, execution);
      return 'executed';
    });
  }

  async order(accountId: string, marketId: string, clientOrderId: string): Promise<VenueOrder | null> {
    const row = this.database.paperOrders.get(keyOf(accountId, clientOrderId));
    return row === undefined || row.marketId !== marketId ? null : row.order;
  }

  async fillsSince(accountId: string, marketId: string, sinceMs: number): Promise<VenueFill[]> {
    const rows = this.database.indexes.paperFillsSince(keyOf(accountId, marketId), sinceMs);
    return rows.map(({ fill }) => fill).filter(({ filledMs }) => filledMs >= Math.ceil(sinceMs)).toSorted(oldestFirst);
  }

  private balancesOf(accountId: string): readonly PaperBalanceRow[] {
    return this.database.indexes.paperBalancesOf(accountId).toSorted((one, other) => (one.asset < other.asset ? -1 : 1));
  }

  private store(accountId: string, clientOrderId: string, { order, fill, changes }: PaperExecution): void {
    this.database.paperOrders.insert({ accountId, clientOrderId, marketId: order.marketId, order });
    if (fill !== null) this.database.paperFills.insert({ accountId, marketId: fill.marketId, fill });
    for (const { asset, quantity } of changes) addToPaperBalance(this.database, accountId, asset, quantity);
  }
}

/** In the caller's transaction. */
export function addToPaperBalance({ paperBalances }: MemoryDatabase, accountId: string, asset: string, quantity: DecimalText): void {
  const known = paperBalances.get(keyOf(accountId, asset));
  if (known === undefined) paperBalances.insert({ accountId, asset, free: quantity });
  else paperBalances.update(keyOf(accountId, asset), { free: plus(known.free, quantity) });
}

const oldestFirst = (one: VenueFill, other: VenueFill): number => one.filledMs - other.filledMs || (one.venueTradeId < other.venueTradeId ? -1 : 1);
