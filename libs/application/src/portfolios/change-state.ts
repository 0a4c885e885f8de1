import { planInitialAllocation, type PortfolioState } from '#domain';
import type { AccountStore, TradingAccount } from '../accounts/account-store.port.js';
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
  readonly accounts: Pick<AccountStore, 'find'>;
  readonly clock: Clock;
}

/** Somebody else may change the row between the look and the change, but not without end. */
const TRIES = 5;

export class ChangePortfolioState {
  constructor(private readonly parts: ChangeStateParts) {}

  /** To the state that it is in already: nothing changes. @throws StoreFailure */
  async run({ idOrName, action, reason, principal }: StateCommand): Promise<StateResult> {
    const { from, to } = ACTIONS[action];
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const portfolio = await this.parts.store.find(idOrName);
      if (portfolio === null) return { kind: 'not-found' };
      if (portfolio.state === to) return { kind: 'changed', portfolio };
      if (!from.includes(portfolio.state)) return { kind: 'state-conflict', portfolio, allowedFrom: from };
      const outcome = await this.parts.store.changeState(portfolio.id, portfolio.version, to, reason, this.parts.clock.nowMs(), principal);
      if (outcome.kind === 'illegal') return { kind: 'state-conflict', portfolio, allowedFrom: from };
      if (outcome.kind !== 'version-mismatch') return outcome;
    }
    throw new Error(`portfolio ${idOrName} was changed by others ${TRIES} times in a row`);
  }

  /** Live takes an account that is fit for it, and with real money a second act of its owner. @throws StoreFailure */
  async start({ confirmation, acceptsUnknownWithdrawalRight, ...command }: StartCommand): Promise<StartResult> {
    const portfolio = await this.parts.store.find(command.idOrName);
    if (portfolio?.mode === 'live' && ACTIONS.start.from.includes(portfolio.state)) {
      const account = await this.parts.accounts.find(portfolio.accountId);
      const reasons = unfitBecause(portfolio.venue, account, this.parts.clock.nowMs());
      const unknown = account === null || acceptsUnknownWithdrawalRight ? [] : unknownWithdrawalRight(account);
      if (account === null || reasons.length + unknown.length > 0) return { kind: 'not-live-ready', reasons: [...reasons, ...unknown] };
      const detail = whatIsNotConfirmed(portfolio, account, confirmation);
      if (detail !== null) return { kind: 'confirmation-needed', portfolio, detail };
    }
    return this.run({ ...command, action: 'start', reason: null });
  }
}

function whatIsNotConfirmed(portfolio: Portfolio, account: TradingAccount, confirmation: StartCommand['confirmation']): string | null {
  const { venue, name, capital } = portfolio;
  if (venue !== 'MEXC' || (confirmation?.name === name && confirmation.capital === capital)) return null;
  const wrong = confirmation === null ? '' : 'the confirmation does not match; ';
  return `${wrong}${whatIsAboutToBeDone(portfolio, account)}; to do it, send confirmation: {"name": "${name}", "capital": "${capital}"}`;
}

/** In words that nobody can take for paper. */
function whatIsAboutToBeDone({ name, venue, capital, configuration, isAllocated }: Portfolio, account: TradingAccount): string {
  const { assets, quote, parameters } = configuration;
  const money = `REAL MONEY of account ${account.id} (API key ${account.keyFingerprint ?? 'unknown'}) at ${venue}`;
  const range = `portfolio "${name}" is about to trade with ${money}`;
  if (isAllocated) return `${range}: it goes on rebalancing what it holds of ${assets.map(({ base }) => base).join(', ')}`;
  const purchases = planInitialAllocation(assets.length, { ...parameters, initialCapital: Number(capital) });
  const listed = purchases.map(({ asset, value }) => `${value.toFixed(2)} ${quote} of ${assets[asset]!.base}`).join(', ');
  const total = purchases.reduce((sum, { value }) => sum + value, 0);
  return `${range}: of its ${capital} ${quote} it buys ${listed} by market orders (${total.toFixed(2)} ${quote} in all), and rebalances from then on without asking`;
}
