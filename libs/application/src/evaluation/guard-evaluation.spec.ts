import { DEFAULT_CAPS, type LatestPrice } from '#domain';
import { aBasketConfiguration, aMarketOf, anEvaluatedPortfolio, LOOK_MS, quotesAt } from '#testing';
import { inputOf } from './evaluation-input.js';
import type { EvaluatedPortfolio } from './evaluation-store.port.js';
import { guardEvaluation, type GuardFacts } from './guard-evaluation.js';

const GOOD = quotesAt([1, 1, 1]);

/** The second asset's quote is changed. */
const withSecond = (change: Partial<LatestPrice>): (LatestPrice | null)[] => [GOOD[0]!, { ...GOOD[1]!, ...change }, GOOD[2]!];

const guardAt = (portfolio: EvaluatedPortfolio, prices: readonly (LatestPrice | null)[] = GOOD, facts: Partial<GuardFacts> = {}) =>
  guardEvaluation({ portfolio, input: inputOf(portfolio, prices, LOOK_MS), drawdown: 0, abortPauseMs: 30_000, ...facts });

const markets = (second: ReturnType<typeof aMarketOf> | null) => [aMarketOf('HANA'), second, aMarketOf('XAN')];

interface Case {
  readonly name: string;
  readonly portfolio?: Partial<EvaluatedPortfolio>;
  readonly prices?: readonly (LatestPrice | null)[];
  readonly facts?: Partial<GuardFacts>;
  readonly reason: string;
  readonly detail: RegExp;
  readonly subject?: string;
}

const capped = (caps: Partial<typeof DEFAULT_CAPS>) => aBasketConfiguration({ caps: { ...DEFAULT_CAPS, ...caps } });

/** In the order of the guards: each of them comes before those that follow it. */
const CASES: readonly Case[] = [
  { name: 'a kill switch at halt', portfolio: { tradingState: 'halt' }, reason: 'halted', detail: /kill switch/ },
  { name: 'a portfolio that is paused', portfolio: { state: 'paused' }, reason: 'paused', detail: /is paused/, subject: 'paused' },
  { name: 'a plan under way', portfolio: { openPlanId: 'pl_1' }, reason: 'plan-open', detail: /pl_1/, subject: 'pl_1' },
  { name: 'books that are not understood', portfolio: { account: { isReconciled: false, openOrderCount: 3, problem: 'books differ' } }, reason: 'account-unreconciled', subject: 'books differ', detail: /books differ/ },
  { name: 'orders open at the venue', portfolio: { account: { isReconciled: true, openOrderCount: 3, problem: null } }, reason: 'open-orders', detail: /3 open orders/ },
  { name: 'a market of which nothing is known', portfolio: { markets: markets(null) }, reason: 'rules-missing', detail: /nothing is known of market AIAUSDT/, subject: 'AIA' },
  { name: 'rules an hour old', portfolio: { markets: markets(aMarketOf('AIA', {}, { seenMs: LOOK_MS - 3_600_001 })) }, reason: 'rules-missing', detail: /AIAUSDT are 60 minutes old/, subject: 'AIA' },
  {
    name: 'a market that takes no orders', reason: 'market-untradable', detail: /AIAUSDT is paused/, subject: 'AIA',
    portfolio: { markets: markets(aMarketOf('AIA', {}, { tradability: { kind: 'untradable', reason: 'not-online', detail: 'AIAUSDT is paused' } })) },
  },
  { name: 'a market that is gone', portfolio: { markets: markets(aMarketOf('AIA', {}, { isListed: false })) }, reason: 'market-untradable', detail: /no longer listed/, subject: 'AIA' },
  { name: 'a market in quarantine', portfolio: { quarantinedUntilMs: [null, LOOK_MS + 1, null] }, reason: 'market-quarantined', detail: /until 2026-01-05T12:00:00.001Z/, subject: 'AIA' },
  { name: 'a price dated ahead of the clock', prices: withSecond({ exchangeMs: LOOK_MS + 2_001 }), reason: 'clock-suspect', detail: /AIA is dated 2001 ms ahead/, subject: 'AIA' },
  { name: 'no price', prices: [GOOD[0]!, null, GOOD[2]!], reason: 'price-missing', detail: /no price of AIA$/, subject: 'AIA' },
  { name: 'a price a minute old', prices: withSecond({ exchangeMs: LOOK_MS - 60_001 }), reason: 'price-stale', detail: /AIA; the last good one is 60.0 s old/, subject: 'AIA' },
  { name: 'a price that the ingestor calls stale', prices: withSecond({ flag: 'stale' }), reason: 'price-stale', detail: /AIA/, subject: 'AIA' },
  { name: 'a frozen quote', prices: withSecond({ flag: 'frozen' }), reason: 'price-frozen', detail: /does not change of AIA/, subject: 'AIA' },
  { name: 'an unconfirmed jump', prices: withSecond({ flag: 'spiking' }), reason: 'price-spiking', detail: /jump in the price of AIA/, subject: 'AIA' },
  { name: 'an invalid quote', prices: withSecond({ flag: 'invalid' }), reason: 'price-invalid', detail: /no valid quote of AIA/, subject: 'AIA' },
  { name: 'a quote from the future', prices: withSecond({ flag: 'future' }), reason: 'price-future', detail: /future of AIA/, subject: 'AIA' },
  { name: 'a plan aborted just now', portfolio: { lastAbortedMs: LOOK_MS - 29_999 }, reason: 'recently-aborted', detail: /30 s after/ },
  { name: 'as many plans as a day may have', portfolio: { plansLastDay: 200 }, reason: 'plans-per-day', detail: /200 plans .* maxPlansPerDay 200/ },
  { name: 'a loss beyond the limit', portfolio: { configuration: capped({ maxDrawdown: 0.2 }) }, facts: { drawdown: 0.21 }, reason: 'drawdown', detail: /21.00 % below its peak, beyond maxDrawdown 0.2/ },
];

it.each(CASES)('holds for $name', ({ portfolio, prices, facts, reason, detail, subject = null }) => {
  const hold = guardAt(anEvaluatedPortfolio(portfolio), prices, facts);
  expect(hold).toEqual({ kind: 'hold', reason, detail: expect.stringMatching(detail), subject, declined: [] });
});

it('finds nothing where all is well, to the last millisecond', () => {
  expect(guardAt(anEvaluatedPortfolio())).toBeNull();
  expect(guardAt(anEvaluatedPortfolio({ state: 'buys-paused', tradingState: 'reduce-only' }))).toBeNull();
  expect(guardAt(anEvaluatedPortfolio({ plansLastDay: 199, lastAbortedMs: LOOK_MS - 30_000, quarantinedUntilMs: [null, LOOK_MS, null] }))).toBeNull();
  expect(guardAt(anEvaluatedPortfolio(), withSecond({ exchangeMs: LOOK_MS - 60_000 }))).toBeNull();
  expect(guardAt(anEvaluatedPortfolio(), withSecond({ exchangeMs: LOOK_MS + 2_000 }))).toBeNull();
  expect(guardAt(anEvaluatedPortfolio({ markets: markets(aMarketOf('AIA', {}, { seenMs: LOOK_MS - 3_600_000 })) }))).toBeNull();
  expect(guardAt(anEvaluatedPortfolio({ configuration: capped({ maxDrawdown: 0.2 }) }), GOOD, { drawdown: 0.2 })).toBeNull();
  expect(guardAt(anEvaluatedPortfolio(), GOOD, { drawdown: 0.99 })).toBeNull();
});

it('tells the first of several in the order of the list', () => {
  // Facts of one guard and of all after it, from the last guard to the first: two of the same guard show the later one.
  let portfolio: Partial<EvaluatedPortfolio> = {};
  let prices: readonly (LatestPrice | null)[] = GOOD;
  let facts: Partial<GuardFacts> = {};
  for (const each of CASES.toReversed()) {
    portfolio = { ...portfolio, ...each.portfolio };
    prices = each.prices ?? prices;
    facts = { ...facts, ...each.facts };
    expect(guardAt(anEvaluatedPortfolio(portfolio), prices, facts)?.reason).toBe(each.reason);
  }
});
