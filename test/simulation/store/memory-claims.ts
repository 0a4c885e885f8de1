import type { ClaimFacts, ClaimRequest, ClaimResult, ClaimVerdict } from '#application';
import { strictest } from '#domain';
import { sumOfAmounts } from './amounts.js';
import { keyOf, type MemoryDatabase } from './memory-database.js';
import { attemptRecordOf, intentRecordOf, planRecordOf, shortened } from './records.js';
import type { AttemptRow, ConfigurationRow, IntentRow, PlanRow, PortfolioRow } from './rows.js';
import { queueJobs } from './writers.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function claimIntent(database: MemoryDatabase, request: ClaimRequest): ClaimResult {
  const intent = database.intents.get(request.intentId);
  if (intent === undefined) return { kind: 'not-new' };
  const plan = database.plans.get(intent.planId)!;
  return obstacleTo(database, request, intent, plan) ?? carryOut(database, request, intent, request.judge(factsOf(database, intent, plan, request.nowMs)));
}

function obstacleTo({ indexes }: MemoryDatabase, { attemptNo, nowMs }: ClaimRequest, intent: IntentRow, plan: PlanRow): ClaimResult | null {
  if (intent.state !== 'new' || plan.state !== 'executing' || attemptNo !== intent.attemptCount + 1) return { kind: 'not-new' };
  const leases = [intent, ...indexes.sendingOfAccount(intent.accountId)].map(({ leaseUntilMs }) => leaseUntilMs ?? 0);
  const untilMs = Math.max(...leases);
  return untilMs > nowMs ? { kind: 'account-busy', untilMs } : null;
}

function factsOf(database: MemoryDatabase, intent: IntentRow, plan: PlanRow, nowMs: number): ClaimFacts {
  const { portfolios, accounts, configurations } = database;
  const portfolio = portfolios.get(intent.portfolioId)!;
  const account = accounts.get(intent.accountId)!;
  const { configuration } = configurations.get(keyOf(plan.portfolioId, plan.configVersion))!;
  return {
    intent: intentRecordOf(intent), plan: planRecordOf(plan), configuration, currentCaps: newestOf(database, portfolio).configuration.caps,
    portfolioState: portfolio.state, tradingState: tradingStateOf(database, intent),
    account: { isReconciled: account.reconciledMs !== null && account.mismatchSinceMs === null, haltReason: account.haltReason },
    breakerOpenUntilMs: breakerOf(database, intent, plan, nowMs), market: marketOf(database, intent, plan), quarantinedUntilMs: quarantineOf(database, intent, nowMs),
    usage: usageOf(database, intent, nowMs), quantityHeld: heldBy(database, intent, intent.base), cashHeld: heldBy(database, intent, configuration.quote),
  };
}

export const newestOf = ({ configurations }: MemoryDatabase, { id, configVersion }: PortfolioRow): ConfigurationRow => configurations.get(keyOf(id, configVersion))!;

function tradingStateOf({ indexes }: MemoryDatabase, { accountId, portfolioId }: IntentRow): ClaimFacts['tradingState'] {
  const scopes = ['all', `account:${accountId}`, `portfolio:${portfolioId}`];
  return strictest(scopes.flatMap((scope) => indexes.currentSwitchOf(scope).map(({ state }) => state)));
}

function breakerOf({ breakers }: MemoryDatabase, { accountId, marketId }: IntentRow, { venue }: PlanRow, nowMs: number): number | null {
  const untilMs = Math.max(...[`account:${accountId}`, `market:${venue}:${marketId}`].map((key) => breakers.get(key)?.openUntilMs ?? 0));
  return untilMs > nowMs ? untilMs : null;
}

function quarantineOf({ quarantines }: MemoryDatabase, { accountId, marketId }: IntentRow, nowMs: number): number | null {
  const untilMs = quarantines.get(keyOf(accountId, marketId))?.untilMs ?? 0;
  return untilMs > nowMs ? untilMs : null;
}

/** A market that its venue no longer lists keeps what was last said of it; it is not to be traded by that. */
function marketOf({ markets }: MemoryDatabase, { marketId }: IntentRow, { venue }: PlanRow): ClaimFacts['market'] {
  const market = markets.get(keyOf(venue, marketId));
  if (market === undefined) return null;
  const { rules, tradability, seenMs, isListed } = market;
  return { rules, seenMs, tradability: isListed ? tradability : { kind: 'untradable', reason: 'not-online', detail: `${marketId} is no longer listed` } };
}

const heldBy = ({ holdings }: MemoryDatabase, { accountId, portfolioId }: IntentRow, asset: string): string => holdings.get(keyOf(accountId, portfolioId, asset))?.quantity ?? '0';

/** What was proven not to have come to be counts against no cap. */
const counts = ({ state }: AttemptRow): boolean => state !== 'not-sent' && state !== 'rejected';

const notionalOf = (attempts: readonly AttemptRow[]): string => sumOfAmounts(attempts.map(({ notional }) => notional));

function usageOf({ indexes }: MemoryDatabase, { portfolioId, planId }: IntentRow, nowMs: number): ClaimFacts['usage'] {
  const sentOf = (plan: string): AttemptRow[] => indexes.intentsOfPlan(plan).flatMap(({ id }) => indexes.attemptsOfIntent(id)).filter(counts);
  const hasSent = (plan: string): boolean => indexes.intentsOfPlan(plan).some(({ id }) => indexes.attemptsOfIntent(id).some(counts));
  const lastDay = indexes.attemptsSince(portfolioId, nowMs - DAY_MS).filter((attempt) => attempt.createdMs > nowMs - DAY_MS && counts(attempt));
  const plans = indexes.plansSince(portfolioId, nowMs - DAY_MS).filter(({ createdMs }) => createdMs > nowMs - DAY_MS);
  return {
    notionalOfPlan: notionalOf(sentOf(planId)),
    notionalLastHour: notionalOf(lastDay.filter(({ createdMs }) => createdMs > nowMs - HOUR_MS)),
    notionalLastDay: notionalOf(lastDay),
    ordersLastMinute: lastDay.filter(({ createdMs }) => createdMs > nowMs - MINUTE_MS).length,
    plansLastDay: plans.filter(({ id, state }) => state !== 'aborted' || hasSent(id)).length,
  };
}

function carryOut(database: MemoryDatabase, request: ClaimRequest, intent: IntentRow, verdict: ClaimVerdict): ClaimResult {
  if (verdict.kind === 'send') return saveAttempt(database, request, intent, verdict);
  if (verdict.kind === 'wait') return putOff(database, request, verdict);
  return verdict.kind === 'skip' ? skip(database, request, verdict.reason) : endPlan(database, request, intent, verdict);
}

type Verdict<Kind extends ClaimVerdict['kind']> = Extract<ClaimVerdict, { readonly kind: Kind }>;

function saveAttempt(database: MemoryDatabase, request: ClaimRequest, intent: IntentRow, verdict: Verdict<'send'>): ClaimResult {
  const { intentId, clientOrderId, holder, nowMs, leaseMs } = request;
  const { terms, notional, facts, signMs, receiveWindowMs } = verdict;
  const claimed = database.intents.update(intentId, {
    state: 'sending', reason: null, leaseEpoch: intent.leaseEpoch + 1, leaseUntilMs: nowMs + leaseMs, attemptCount: intent.attemptCount + 1, nextActionMs: nowMs + leaseMs,
    changedMs: nowMs, changedBy: holder,
  });
  const attempt = database.attempts.insert({
    clientOrderId, intentId, accountId: intent.accountId, portfolioId: intent.portfolioId, attemptNo: claimed.attemptCount, terms, notional, facts, signMs, receiveWindowMs,
    state: 'prepared', version: 1, venueOrderId: null, httpStatus: null, code: null, cause: null, notFoundVotes: 0, firstVoteMs: null, lastVoteMs: null,
    createdMs: nowMs, settledMs: null, changedMs: nowMs, changedBy: holder,
  });
  return { kind: 'claimed', intent: intentRecordOf(claimed), attempt: attemptRecordOf(attempt) };
}

function putOff({ intents }: MemoryDatabase, { intentId, holder, nowMs }: ClaimRequest, { untilMs, reason }: Verdict<'wait'>): ClaimResult {
  intents.update(intentId, { nextActionMs: untilMs, reason: shortened(reason), changedMs: nowMs, changedBy: holder });
  return { kind: 'waiting', untilMs, reason };
}

function skip(database: MemoryDatabase, request: ClaimRequest, reason: string): ClaimResult {
  skipIntent(database, request.intentId, reason, request);
  queueJobs(database, request.jobsAtEnd);
  return { kind: 'skipped' };
}

function skipIntent({ intents }: MemoryDatabase, intentId: string, reason: string, { nowMs, holder }: Pick<ClaimRequest, 'nowMs' | 'holder'>): void {
  intents.update(intentId, { state: 'skipped', reason: shortened(reason), leaseUntilMs: null, nextActionMs: null, finishedMs: nowMs, changedMs: nowMs, changedBy: holder });
}

function endPlan(database: MemoryDatabase, request: ClaimRequest, { planId }: IntentRow, { endReason, reason }: Verdict<'end-plan'>): ClaimResult {
  const { nowMs, holder, jobsAtEnd } = request;
  database.plans.update(planId, { state: 'settling', endReason, reason: shortened(reason), nextActionMs: nowMs, changedMs: nowMs, changedBy: holder });
  for (const { id, state } of database.indexes.intentsOfPlan(planId)) if (state === 'new') skipIntent(database, id, reason, request);
  queueJobs(database, jobsAtEnd);
  return { kind: 'plan-ended' };
}
