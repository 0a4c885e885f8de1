import type { DecimalText } from '#domain';
import type { Clock, IdSource } from '../ports/clock.port.js';
import type { Digest } from '../ports/digest.port.js';
import type { RequestKeyStore } from '../requests/request-key-store.port.js';
import type { FundsOutcome, PortfolioStore } from './portfolio-store.port.js';

export interface FundsCommand {
  readonly idOrName: string;
  /** In quote; below zero: out of the portfolio. */
  readonly quantity: DecimalText;
  readonly principal: string;
  /** The client's name for this request: sent again with it, money is moved once. */
  readonly key: string | null;
}

export type FundsResult = FundsOutcome | { readonly kind: 'key-reused' };

export interface MoveFundsParts {
  readonly store: Pick<PortfolioStore, 'find' | 'moveFunds'>;
  readonly requestKeys: RequestKeyStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly digest: Digest;
}

export class MoveFunds {
  constructor(private readonly parts: MoveFundsParts) {}

  /** @throws StoreFailure */
  async run({ principal, key, idOrName, quantity }: FundsCommand): Promise<FundsResult> {
    const { store, requestKeys, clock, ids, digest } = this.parts;
    const portfolio = await store.find(idOrName);
    if (portfolio === null) return { kind: 'not-found' };
    const moveId = ids.next('mv');
    const request = { principal, key: key ?? '', requestSha256: digest({ route: 'move-funds', portfolioId: portfolio.id, quantity }) };
    const reserved = key === null ? { kind: 'reserved' as const, id: moveId } : await requestKeys.reserve(request, moveId, clock.nowMs());
    if (reserved.kind === 'key-reused') return reserved;
    return store.moveFunds(portfolio.id, quantity, clock.nowMs(), principal, reserved.id);
  }
}
