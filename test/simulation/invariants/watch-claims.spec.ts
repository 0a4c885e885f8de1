import { DEFAULT_CAPS } from '#domain';
import { aConfiguration, NOW_MS } from '../../integration/trading/trading-rows.js';
import { aConfigurationRow, anIntentRow, aPlanRow, engage } from '../store/memory-scene.js';
import { anAttemptRow, openLawlessScene, told, type LawlessScene } from './lawless-scene.js';
import { watchClaims } from './watch-claims.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** What is said of a claim after this was planted. */
function claimAfter(plant: (scene: LawlessScene) => void, side: 'sell' | 'buy' = 'sell', notional = '600'): readonly string[] {
  const scene = openLawlessScene();
  plant(scene);
  watchClaims(scene.database, scene.violations);
  const intentId = side === 'sell' ? scene.intentId : anIntentRow(scene.database, scene.planId, { leg: 9, side: 'buy', assetIndex: 0 });
  const { clientOrderId } = anAttemptRow(scene.database, intentId, { notional });
  return told(scene).map((words) => words.replace(` ${clientOrderId} `, ' it '));
}

it.each(['sell', 'buy'] as const)('has nothing to say where nothing stands in the way of a %s', (side) => {
  expect(claimAfter(() => undefined, side)).toEqual([]);
});

type Planted = readonly [what: string, plant: (scene: LawlessScene) => void];

describe('I8', () => {
  it.each<Planted>([
    ['a kill switch halts', ({ database }) => engage(database, 'all', 'halt')],
    ['a kill switch halts', ({ database }) => engage(database, 'account:account', 'halt')],
    ['a kill switch halts', ({ database }) => engage(database, 'portfolio:portfolio', 'halt')],
    ['the portfolio is paused', ({ database }) => database.portfolios.update('portfolio', { state: 'paused' })],
    ['the portfolio is stopped', ({ database }) => database.portfolios.update('portfolio', { state: 'stopped' })],
    ['the account is halted: a test', ({ database }) => database.accounts.update('account', { haltReason: 'a test' })],
    ['the books differ from the venue', ({ database }) => database.accounts.update('account', { mismatchSinceMs: NOW_MS })],
    ['the books differ from the venue', ({ database }) => database.accounts.update('account', { reconciledMs: null })],
    ['the market is in quarantine', ({ database }) => database.quarantines.insert({ accountId: 'account', marketId: 'HANAUSDT', untilMs: NOW_MS + 1, reason: 'a test' })],
    ['a breaker is open', ({ database }) => database.breakers.insert({ key: 'account:account', openUntilMs: NOW_MS + 1, reason: 'a test', openedMs: NOW_MS })],
    ['a breaker is open', ({ database }) => database.breakers.insert({ key: 'market:SIMULATOR:HANAUSDT', openUntilMs: NOW_MS + 1, reason: 'a test', openedMs: NOW_MS })],
    ['the market is not tradable', ({ database }) => database.markets.update('SIMULATOR|HANAUSDT', { tradability: { kind: 'untradable', reason: 'offline', detail: 'a test' } as never })],
    ['the market is not tradable', ({ database }) => database.markets.update('SIMULATOR|HANAUSDT', { isListed: false })],
    ['the market is not tradable', ({ database }) => database.markets.delete('SIMULATOR|HANAUSDT')],
    ["the market's rules are old", ({ database }) => database.markets.update('SIMULATOR|HANAUSDT', { seenMs: NOW_MS - HOUR_MS - 1 })],
    ["the plan's deadline has passed", ({ database }) => database.plans.update('plan', { deadlineMs: NOW_MS })],
    ['the plan is settling', ({ database }) => database.plans.update('plan', { state: 'settling' })],
    ['another order of the account is being sent', (scene) => otherSending(scene, NOW_MS + 1)],
  ])('sees that %s', (what, plant) => {
    expect(claimAfter(plant)).toEqual([`I8: it was claimed though ${what}`]);
  });

  it.each<Planted>([
    ['only reductions are allowed', ({ database }) => engage(database, 'all', 'reduce-only')],
    ['the portfolio is buys-paused', ({ database }) => database.portfolios.update('portfolio', { state: 'buys-paused' })],
  ])('sees of a purchase, and not of a sale, that %s', (what, plant) => {
    expect([claimAfter(plant, 'buy'), claimAfter(plant, 'sell')]).toEqual([[`I8: it was claimed though ${what}`], []]);
  });

  it.each<Planted>([
    ['a switch that was released', ({ database }) => (engage(database, 'all', 'halt'), engage(database, 'all', 'run'))],
    ['a switch of somebody else', ({ database }) => engage(database, 'portfolio:other', 'halt')],
    ['a quarantine that has just ended', ({ database }) => database.quarantines.insert({ accountId: 'account', marketId: 'HANAUSDT', untilMs: NOW_MS, reason: 'a test' })],
    ['a breaker that has just closed', ({ database }) => database.breakers.insert({ key: 'account:account', openUntilMs: NOW_MS, reason: 'a test', openedMs: NOW_MS - 1 })],
    ['rules of an hour ago', ({ database }) => database.markets.update('SIMULATOR|HANAUSDT', { seenMs: NOW_MS - HOUR_MS })],
    ['another order whose lease has run out', (scene) => otherSending(scene, NOW_MS)],
  ])('is not in the way of a claim: %s', (_what, plant) => {
    expect(claimAfter(plant)).toEqual([]);
  });
});

function otherSending({ database, planId }: LawlessScene, leaseUntilMs: number): void {
  const other = anIntentRow(database, planId, { leg: 1 });
  database.intents.update(other, { state: 'sending', leaseUntilMs });
}

interface Before {
  readonly notional: string;
  readonly agoMs: number;
  readonly state?: 'dead' | 'rejected' | 'not-sent';
  /** Of the same plan. */
  readonly isOfPlan?: boolean;
}

function sentBefore(orders: readonly Before[]): (scene: LawlessScene) => void {
  return ({ database, portfolioId, planId }) => {
    for (const [index, { notional, agoMs, state, isOfPlan = false }] of orders.entries()) {
      const intentId = anIntentRow(database, isOfPlan ? planId : aPlanRow(database, portfolioId), { leg: index + 1 });
      anAttemptRow(database, intentId, { notional, createdMs: NOW_MS - agoMs, state: state ?? 'done' });
    }
  };
}

const fullHour = (state: NonNullable<Before['state']>): readonly Before[] => [{ notional: '7500', agoMs: 1, state }, { notional: '7500', agoMs: 1 }];

const madeStricter = ({ database, portfolioId }: LawlessScene): void => aConfigurationRow(database, portfolioId, aConfiguration({ caps: { ...DEFAULT_CAPS, maxOrderFraction: 0.05 } }));

// Of 10,000 USDT in all, by default: 7,500 in an order, 12,500 in a plan, 15,000 in an hour, 40,000 in a day, 60 orders in a minute.
describe('I9', () => {
  const sale = (notional: string, before: readonly Before[] = []): readonly string[] => claimAfter(sentBefore(before), 'sell', notional);
  const day = Array.from({ length: 5 }, () => ({ notional: '7500', agoMs: 2 * HOUR_MS }));
  const minute = Array.from({ length: 60 }, () => ({ notional: '1', agoMs: MINUTE_MS - 1 }));

  it.each<readonly [what: string, before: readonly Before[], most: string, over: string, excess: string]>([
    ['the order', [], '7500', '7500.01', 'the order comes to 7500.01 of at most 7500'],
    ['the plan', [{ notional: '7000', agoMs: 2 * HOUR_MS, isOfPlan: true }], '5500', '5500.5', 'the plan comes to 12500.5 of at most 12500'],
    ['the hour', [{ notional: '7500', agoMs: HOUR_MS - 1 }, { notional: '5000', agoMs: 1 }], '2500', '2500.5', 'the hour comes to 15000.5 of at most 15000'],
    ['the day', day, '2500', '2500.5', 'the day comes to 40000.5 of at most 40000'],
  ])('holds %s to its cap', (_what, before, most, over, excess) => {
    expect(sale(most, before)).toEqual([]);
    // Once by the version of the plan, once by the newest one, which is the same.
    expect([...new Set(sale(over, before))]).toEqual([`I9: it was claimed though ${excess}`]);
  });

  it('holds the minute to its cap', () => {
    expect(sale('1', minute.slice(1))).toEqual([]);
    expect([...new Set(sale('1', minute))]).toEqual(['I9: it was claimed though the minute comes to 61 of at most 60']);
  });

  it('counts what is dead, and not what was proven not to have come to be', () => {
    expect([...new Set(sale('1', fullHour('dead')))]).toEqual(['I9: it was claimed though the hour comes to 15001 of at most 15000']);
    expect([sale('1', fullHour('rejected')), sale('1', fullHour('not-sent'))]).toEqual([[], []]);
  });

  it('holds a plan to caps that were made stricter while it ran', () => {
    expect([claimAfter(madeStricter, 'sell', '500'), claimAfter(madeStricter, 'sell', '600')]).toEqual([[], ['I9: it was claimed though the order comes to 600 of at most 500']]);
  });
});
