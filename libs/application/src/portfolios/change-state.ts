import { planInitialAllocation, type DecimalText, type PortfolioState } from '#domain';
import type { AccountStore, BookedBalance, TradingAccount } from '../accounts/account-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import { unfitBecause, unknownWithdrawalRight, type Unfitness } from './account-fitness.js';
import type { PortfolioStore } from './portfolio-store.port.js';
import type { Portfolio } from './portfolio.js';

export type PortfolioAction = 'start' | 'pause-buys' | 'pause' | 'resume' | 'stop' | 'delete';

/** From which states an action leads to which. A start is more than a resumption: it may be an act with real money. */
const ACTIONS: Readonly<Record<PortfolioAction, { readonly from: readonly PortfolioState[]; readonly to: PortfolioState }>> = {
  start: { from: ['created', 'stopped'], to: 'running' },
  'pause-buys': { from: ['running', 'paused'], to: 'buys-paused' },
  pause: { from: ['running', 'buys-paused'], to: 'paused' },
  resume: { from: ['paused', 'buys-paused'], to: 'running' },
  stop: { from: ['running', 'buys-paused', 'paused'], to: 'stopped' },
  delete: { from: ['created', 'paused', 'stopped'], to: 'deleted' },
};

export interface StateCommand {
  readonly idOrName: string;
  readonly action: PortfolioAction;
  readonly reason: string | null;
  readonly principal: string;
}

export interface StartCommand {
  readonly idOrName: string;
  readonly confirmation: { readonly name: string; readonly capital: string } | null;
  readonly acceptsUnknownWithdrawalRight: boolean;
  readonly principal: string;
}

export type StateResult =
  | { readonly kind: 'changed'; readonly portfolio: Portfolio }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'plan-open'; readonly planId: string }
  | { readonly kind: 'state-conflict'; readonly portfolio: Portfolio; readonly allowedFrom: readonly PortfolioState[] };

export type StartResult =
  | StateResult
  | { readonly kind: 'not-live-ready'; readonly reasons: readonly Unfitness[] }
  /** `plan`: what is about to be done with which money. */
  | { readonly kind: 'confirmation-needed'; readonly portfolio: Portfolio; readonly detail: string };

export interface ChangeStateParts {
  readonly store: Pick<PortfolioStore, 'find' | 'changeState'>;
  readonly accounts: Pick<AccountStore, 'find' | 'bookedBalances'>;
  readonly clock: Clock;
}

/** Somebody else may change the row between the look and the change, but not without end. */
const TRIES = 5;

type Move = Pick<StateCommand, 'action' | 'reason' | 'principal'>;

export class ChangePortfolioState {
  constructor(private readonly parts: ChangeStateParts) {}

  /** To the state that it is in already: nothing changes. @throws StoreFailure */
  run(command: StateCommand): Promise<StateResult> {
    return this.untilSettled(command.idOrName, (portfolio) => this.move(portfolio, command));
  }

  /** Live takes an account that is fit for it, and with real money a second act of its owner, about the money as it is when it starts. @throws StoreFailure */
  start(command: StartCommand): Promise<StartResult> {
    const { idOrName, principal } = command;
    return this.untilSettled<StartResult>(idOrName, async (portfolio) => (await this.refusalOf(portfolio, command)) ?? this.move(portfolio, { action: 'start', reason: null, principal }));
  }

  private async untilSettled<Result extends { readonly kind: string }>(idOrName: string, attempt: (portfolio: Portfolio) => Promise<Result | null>): Promise<Result | { readonly kind: 'not-found' }> {
    for (let tries = 1; tries <= TRIES; tries++) {
      const portfolio = await this.parts.store.find(idOrName);
      if (portfolio === null) return { kind: 'not-found' };
      const result = await attempt(portfolio);
      if (result !== null) return result;
    }
    throw new Error(`portfolio ${idOrName} was changed by others ${TRIES} times in a row`);
  }

  /** Null: it is no longer what was looked at. */
  private async move(portfolio: Portfolio, { action, reason, principal }: Move): Promise<StateResult | null> {
    const { from, to } = ACTIONS[action];
    if (portfolio.state === to) return { kind: 'changed', portfolio };
    if (!from.includes(portfolio.state)) return { kind: 'state-conflict', portfolio, allowedFrom: from };
    const outcome = await this.parts.store.changeState(portfolio.id, portfolio.version, to, reason, this.parts.clock.nowMs(), principal);
    if (outcome.kind === 'illegal') return { kind: 'state-conflict', portfolio, allowedFrom: from };
    return outcome.kind === 'version-mismatch' ? null : outcome;
  }

  private async refusalOf(portfolio: Portfolio, { confirmation, acceptsUnknownWithdrawalRight }: StartCommand): Promise<StartResult | null> {
    if (portfolio.mode !== 'live' || !ACTIONS.start.from.includes(portfolio.state)) return null;
    const { accounts, clock } = this.parts;
    const account = await accounts.find(portfolio.accountId);
    const reasons = unfitBecause(portfolio.venue, account, clock.nowMs());
    const unknown = account === null || acceptsUnknownWithdrawalRight ? [] : unknownWithdrawalRight(account);
    if (account === null || reasons.length + unknown.length > 0) return { kind: 'not-live-ready', reasons: [...reasons, ...unknown] };
    const detail = whatIsNotConfirmed({ portfolio, account, ...holdingsOf(portfolio, await accounts.bookedBalances(account.id)) }, confirmation);
    return detail === null ? null : { kind: 'confirmation-needed', portfolio, detail };
  }
}

/** What a start is about. */
interface Stake {
  readonly portfolio: Portfolio;
  readonly account: TradingAccount;
  /** By the books: what it was created with, and what has been moved since. */
  readonly cash: DecimalText;
  readonly holdsAssets: boolean;
}

function holdingsOf({ id, configuration: { quote } }: Portfolio, booked: readonly BookedBalance[]): Pick<Stake, 'cash' | 'holdsAssets'> {
  const own = booked.flatMap(({ asset, portfolios }) => portfolios.filter(({ portfolioId }) => portfolioId === id).map(({ quantity }) => ({ asset, quantity })));
  return { cash: own.find(({ asset }) => asset === quote)?.quantity ?? '0', holdsAssets: own.some(({ asset, quantity }) => asset !== quote && Number(quantity) > 0) };
}

function whatIsNotConfirmed(stake: Stake, confirmation: StartCommand['confirmation']): string | null {
  const { venue, name, capital: given, isAllocated } = stake.portfolio;
  const capital = isAllocated ? given : stake.cash;
  if (venue !== 'MEXC' || (confirmation?.name === name && confirmation.capital === capital)) return null;
  const wrong = confirmation === null ? '' : 'the confirmation does not match; ';
  return `${wrong}${whatIsAboutToBeDone(stake)}; to do it, send confirmation: {"name": "${name}", "capital": "${capital}"}`;
}

/** In words that nobody can take for paper. */
function whatIsAboutToBeDone({ portfolio, account, cash, holdsAssets }: Stake): string {
  const { name, venue, configuration: { assets, quote, parameters }, isAllocated } = portfolio;
  const money = `REAL MONEY of account ${account.id} (API key ${account.keyFingerprint ?? 'unknown'}) at ${venue}`;
  const range = `portfolio "${name}" is about to trade with ${money}`;
  if (isAllocated) return `${range}: it goes on rebalancing what it holds of ${assets.map(({ base }) => base).join(', ')}, with ${cash} ${quote} beside it`;
  if (holdsAssets) return `${range}: of the ${cash} ${quote} that are left it buys what its start left out of ${assets.map(({ base }) => base).join(', ')}, and rebalances from then on without asking`;
  const purchases = planInitialAllocation(assets.length, { ...parameters, initialCapital: Number(cash) });
  const listed = purchases.map(({ asset, value }) => `${value.toFixed(2)} ${quote} of ${assets[asset]!.base}`).join(', ');
  const total = purchases.reduce((sum, { value }) => sum + value, 0);
  return `${range}: of its ${cash} ${quote} it buys ${listed} by market orders (${total.toFixed(2)} ${quote} in all), and rebalances from then on without asking`;
}
