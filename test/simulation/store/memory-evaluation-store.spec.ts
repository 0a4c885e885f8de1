import { ulid } from 'ulid';
import type { KillSwitch } from '#application';
import { anEvaluatedConfiguration, EVALUATED_MS, EVALUATION_JOBS, evaluationStoreConformance, rulesOf, type EvaluationStoreSubject } from '#testing';
import { anAccount } from './memory-account-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryEvaluationStore } from './memory-evaluation-store.js';
import { bookTransfer, openPlan } from './scene-rows.js';

type Made = Pick<EvaluationStoreSubject, 'account' | 'portfolio' | 'changeConfiguration' | 'market' | 'quarantine' | 'deposit' | 'flow' | 'plan' | 'addEquity' | 'engage' | 'requestLook' | 'overtake'>;

/** The database of the test at hand: each has one of its own. */
type At = () => MemoryDatabase;

const made = (at: At): Made => ({
  account: async ({ mode = 'live', ...change } = {}) =>
    at().accounts.insert({ ...anAccount({ id: `${mode}-${ulid()}`, mode, venue: 'SIMULATOR' }, EVALUATED_MS), reconciledMs: EVALUATED_MS, ...change }).id,
  portfolio: async (accountId, { state = 'running', shard = 0 } = {}) => aPortfolio(at(), accountId, state, shard),
  changeConfiguration: async (portfolioId, version, configuration) => {
    at().configurations.insert({ portfolioId, version, configuration, sha256: '0'.repeat(64), createdMs: EVALUATED_MS, createdBy: 'a test' });
    at().portfolios.update(portfolioId, { configVersion: version });
  },
  market: async (base) => {
    const rules = rulesOf(base);
    at().markets.insert({ venue: 'SIMULATOR', rules, tradability: { kind: 'tradable' }, isListed: true, firstSeenMs: EVALUATED_MS, seenMs: EVALUATED_MS });
    return rules;
  },
  quarantine: async (accountId, marketId, untilMs) => void at().quarantines.insert({ accountId, marketId, untilMs, reason: 'a test' }),
  deposit: async (portfolioId, asset, quantity) =>
    bookTransfer(at(), at().portfolios.get(portfolioId)!.accountId, 'external-deposit', asset, { kind: 'external' }, { kind: 'portfolio', portfolioId }, quantity),
  flow: async (portfolioId, value) => {
    const { accountId } = at().portfolios.get(portfolioId)!;
    bookTransfer(at(), accountId, 'allocation', 'ANY', { kind: 'external' }, { kind: 'unassigned' }, '1', [{ portfolioId, value }]);
  },
  plan: async (portfolioId, { state = 'executing', ...change }, legs) => openPlan(at(), portfolioId, { createdMs: EVALUATED_MS, state, ...change }, legs),
  addEquity: async (portfolioId, atMs, point) => void at().equity.insert({ ...point, portfolioId, atMs }),
  engage: async (scope, state) =>
    void at().switches.insert({ scope: scope as KillSwitch['scope'], version: 1, state, reason: 'a test', setBy: 'a test', setMs: EVALUATED_MS, isCurrent: true }),
  requestLook: async (portfolioId, atMs) => void at().looks.update(portfolioId, { lookRequestedMs: atMs }),
  overtake: async (portfolioId, atMs) => void at().looks.update(portfolioId, { lookSeq: at().looks.get(portfolioId)!.lookSeq + 1, lookRequestedMs: atMs }),
});

function aPortfolio({ accounts, portfolios, configurations, looks }: MemoryDatabase, accountId: string, state: Parameters<typeof portfolios.insert>[0]['state'], shard: number): string {
  const id = `pf_${ulid()}`;
  const { mode, venue } = accounts.get(accountId)!;
  portfolios.insert({
    id, name: id.replace('_', ' '), mode, venue, accountId, state, stateReason: null, shard, configVersion: 1, capital: '10000', isAllocated: true, version: 1,
    createdMs: EVALUATED_MS, changedMs: EVALUATED_MS, changedBy: 'a test',
  });
  configurations.insert({ portfolioId: id, version: 1, configuration: anEvaluatedConfiguration(), sha256: '0'.repeat(64), createdMs: EVALUATED_MS, createdBy: 'a test' });
  looks.insert({ portfolioId: id, lookSeq: 0, lastLookMs: null, nextLookMs: null, lookRequestedMs: null, evaluationId: null, evaluationLooks: 0 });
  return id;
}

const seen = (at: At): Pick<EvaluationStoreSubject, 'look' | 'equity' | 'plans' | 'intents' | 'jobs'> => ({
  look: async (portfolioId) => {
    const { lookSeq, lastLookMs, nextLookMs, lookRequestedMs, evaluationLooks } = at().looks.get(portfolioId)!;
    return { lookSeq, lastLookMs, nextLookMs, lookRequestedMs, evaluationLooks };
  },
  equity: async (portfolioId) => at().indexes.equityOf(portfolioId).map(({ atMs, equity }) => ({ atMs, equity })),
  plans: async (portfolioId) => at().indexes.plansOfPortfolio(portfolioId).map(({ mode: _mode, venue: _venue, requeuedMs: _requeued, changedMs: _at, changedBy: _by, ...plan }) => plan),
  intents: async (planId) => at().indexes.intentsOfPlan(planId).map(({ leg, base, side, quantity, quoteValue, refPrice, refPriceMs, state, reason, finishedMs }) =>
    ({ leg, base, side, quantity, quoteValue, refPrice, refPriceMs, state, reason, finishedMs })),
  jobs: async () => [...at().outbox.all()].map(({ queue, jobId, payload, priority }) => ({ queue, jobId, payload, priority })),
});

evaluationStoreConformance('MemoryEvaluationStore', async () => {
  let database = new MemoryDatabase(() => EVALUATED_MS);
  const at: At = () => database;
  return {
    get store() {
      return new MemoryEvaluationStore(database, EVALUATION_JOBS);
    },
    otherStore: async () => new MemoryEvaluationStore(database, EVALUATION_JOBS),
    ...made(at),
    ...seen(at),
    clear: async () => void (database = new MemoryDatabase(() => EVALUATED_MS)),
    close: async () => undefined,
  };
});
