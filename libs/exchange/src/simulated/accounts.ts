import type { DecimalText } from '#domain';
import { Money, moneyText, readMoney, ZERO } from './money.js';
import type { AccountBalance } from './venue-types.js';

interface Holding {
  free: Money;
  locked: Money;
}

export type AccountsState = readonly (readonly [accountId: string, balances: readonly AccountBalance[]])[];

/** What each account has, free and locked by resting orders. Nothing ever falls below zero. */
export class Accounts {
  private readonly accounts = new Map<string, Map<string, Holding>>();

  constructor(state: AccountsState = []) {
    for (const [accountId, balances] of state) {
      for (const { asset, free, locked } of balances) {
        const holding = this.holding(accountId, asset);
        [holding.free, holding.locked] = [new Money(free), new Money(locked)];
      }
    }
  }

  free(accountId: string, asset: string): Money {
    return this.accounts.get(accountId)?.get(asset)?.free ?? ZERO;
  }

  setFree(accountId: string, asset: string, free: DecimalText): void {
    const value = readMoney(free);
    if (value === null) throw new Error(`balance of ${asset}: decimal text, zero or more, was ${free}`);
    this.holding(accountId, asset).free = value;
  }

  /** Adds to the free balance, or takes from it where `change` is below zero. */
  change(accountId: string, asset: string, change: Money): void {
    const holding = this.holding(accountId, asset);
    holding.free = notNegative(holding.free.plus(change), accountId, asset);
  }

  /** Moves from free to locked, or back where `value` is below zero. */
  lock(accountId: string, asset: string, value: Money): void {
    const holding = this.holding(accountId, asset);
    holding.free = notNegative(holding.free.minus(value), accountId, asset);
    holding.locked = notNegative(holding.locked.plus(value), accountId, asset);
  }

  /** Sorted by asset; assets of which nothing is left are left out. */
  balances(accountId: string): readonly AccountBalance[] {
    const held = [...(this.accounts.get(accountId) ?? [])].filter(([, { free, locked }]) => !free.isZero() || !locked.isZero());
    const balances = held.map(([asset, { free, locked }]) => ({ asset, free: moneyText(free), locked: moneyText(locked) }));
    return balances.sort((a, b) => (a.asset < b.asset ? -1 : 1));
  }

  state(): AccountsState {
    return [...this.accounts.keys()].map((accountId) => [accountId, this.balances(accountId)] as const);
  }

  private holding(accountId: string, asset: string): Holding {
    let account = this.accounts.get(accountId);
    if (account === undefined) this.accounts.set(accountId, (account = new Map<string, Holding>()));
    let holding = account.get(asset);
    if (holding === undefined) account.set(asset, (holding = { free: ZERO, locked: ZERO }));
    return holding;
  }
}

function notNegative(value: Money, accountId: string, asset: string): Money {
  if (value.isNegative() && !value.isZero()) throw new Error(`${asset} of ${accountId} would be ${value.toFixed()}`);
  return value;
}
