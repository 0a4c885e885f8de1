import type { DecimalText } from '#domain';
import type { Balance, VenueFill, VenueOrder } from '../ports/trading.port.js';

/** What became of a paper order: filled as a whole at one price, or refused. */
export interface PaperExecution {
  readonly order: VenueOrder;
  readonly fill: VenueFill | null;
  /** Signed changes of the account's balances. */
  readonly changes: readonly { readonly asset: string; readonly quantity: DecimalText }[];
}

/** Where paper accounts' orders and balances stand: the venue's side of paper, kept apart from our books. @throws StoreFailure */
export interface PaperVenueStore {
  balances(accountId: string): Promise<Balance[]>;
  /**
   * One transaction. `execute` gets the balances under lock and says what happens; null: refused, nothing is stored. False
   * where the client order id is known already: nothing happens, as with a late copy of a request.
   */
  execute(accountId: string, clientOrderId: string, execute: (balances: ReadonlyMap<string, DecimalText>) => PaperExecution | null): Promise<'executed' | 'refused' | 'known'>;
  order(accountId: string, marketId: string, clientOrderId: string): Promise<VenueOrder | null>;
  fillsSince(accountId: string, marketId: string, sinceMs: number): Promise<VenueFill[]>;
}
