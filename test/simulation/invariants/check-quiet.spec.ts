import { anOrder, aSimulatedVenue, scriptedPrices, VENUE_NOW_MS } from '#testing';
import { NOW_MS } from '../../integration/trading/trading-rows.js';
import { anIntentRow, aPortfolioRow } from '../store/memory-scene.js';
import { checkConverged, checkQuiet, isInDoubt, unfinished } from './check-quiet.js';
import { anAttemptRow, openLawlessScene, told } from './lawless-scene.js';

const STEP = '0.01';
const DAY_MS = 86_400_000;

/**
 * One order of ours, as the exchange and the books have it: of 1,000 USDT, 100 bought 1 HANA at 100, with a fee of 0.05 % of
 * it. Its leg and its plan are over.
 */
function settled() {
  const scene = openLawlessScene();
  const { database, accountId, intentId, planId } = scene;
  const venue = aSimulatedVenue(scriptedPrices([[100, 100, 100, 100]], { takerFee: '0.0005' }));
  venue.setFree(accountId, 'USDT', '1000');
  const placed = venue.place(anOrder({ accountId, clientOrderId: 'r1' }), VENUE_NOW_MS);
  if (placed.kind !== 'accepted') throw new Error(placed.rejection.message);
  anAttemptRow(database, intentId, { state: 'done', terms: { kind: 'market-buy', quoteValue: '100' } });
  database.intents.update(intentId, { state: 'filled' });
  database.plans.update(planId, { state: 'done' });
  database.watermarks.insert({ accountId, marketId: 'HANAUSDT', watermarkMs: VENUE_NOW_MS + 1, beginMs: VENUE_NOW_MS - 1 });
  const tradeId = placed.fills[0]!.tradeId;
  database.fills.insert({
    accountId, marketId: 'HANAUSDT', clientOrderId: 'r1', portfolioId: 'portfolio', bookedMs: NOW_MS,
    fill: { venueTradeId: tradeId, venueOrderId: placed.order.orderId, clientOrderId: 'r1', marketId: 'HANAUSDT', side: 'buy', price: '100', quantity: '1', notional: '100', fee: '0.05', feeAsset: 'USDT', isMaker: false, filledMs: VENUE_NOW_MS },
  });
  const post = (key: string, postings: readonly (readonly [holder: 'portfolio' | 'unassigned' | 'market', asset: string, quantity: string])[]): void => {
    const entries = postings.map(([kind, asset, quantity]) => ({ holder: (kind === 'portfolio' ? { kind, portfolioId: 'portfolio' } : { kind }) as never, asset, quantity }));
    database.ledger.insert({ id: database.nextId(), key, accountId, kind: 'fill', occurredMs: NOW_MS, bookedMs: NOW_MS, memo: null, postings: entries });
  };
  post('allocation', [['portfolio', 'USDT', '900'], ['unassigned', 'USDT', '100'], ['market', 'USDT', '-1000']]);
  post(`fill:account:HANAUSDT:${tradeId}`, [['portfolio', 'HANA', '1'], ['market', 'HANA', '-1'], ['portfolio', 'USDT', '-100.05'], ['market', 'USDT', '100.05']]);
  for (const [portfolioId, asset, quantity] of [['portfolio', 'USDT', '799.95'], ['', 'USDT', '100'], ['portfolio', 'HANA', '1']] as const) {
    database.holdings.insert({ accountId, portfolioId, asset, quantity, lastFillMs: null });
  }
  const check = (): readonly string[] => {
    checkQuiet({ database, venue, liveAccountIds: [accountId], nowMs: VENUE_NOW_MS + 60_000, startMs: VENUE_NOW_MS - DAY_MS, stepOf: () => STEP }, scene.violations);
    return told(scene);
  };
  const byHand = (timeMs: number): void => void venue.place(anOrder({ accountId, quoteOrderQuantity: '50' }), timeMs);
  const fillKey = `account|HANAUSDT|${tradeId}`;
  return { ...scene, venue, post, check, byHand, fillKey, tradeId };
}

type Settled = ReturnType<typeof settled>;

it('has nothing to say where the books are the exchange\'s', () => {
  expect(settled().check()).toEqual([]);
});

const changeFill = ({ database, fillKey }: Settled, change: object): void => void database.fills.update(fillKey, { fill: { ...database.fills.get(fillKey)!.fill, ...change } });

const ofFills = (words: readonly string[]): string[] => words.filter((line) => line.startsWith('I6'));

describe('I6', () => {
  it.each<readonly [what: string, plant: (scene: Settled) => void]>([
    ['is not in the books', ({ database, fillKey }) => database.fills.delete(fillKey)],
    ['is booked as 0.99 for 100, and was 1 for 100', (scene) => changeFill(scene, { quantity: '0.99' })],
    ['is booked as 1 for 100.01, and was 1 for 100', (scene) => changeFill(scene, { notional: '100.01' })],
    ['is booked with a fee of 0 USDT, and had 0.05 USDT', (scene) => changeFill(scene, { fee: '0' })],
    ['is booked with a fee of 0.05 MX, and had 0.05 USDT', (scene) => changeFill(scene, { feeAsset: 'MX' })],
    ['is booked for null, and portfolio ordered it', ({ database, fillKey }) => database.fills.update(fillKey, { portfolioId: null })],
  ])('sees a fill that %s', (fault, plant) => {
    const scene = settled();
    plant(scene);
    expect(ofFills(scene.check())).toEqual([`I6: account: fill ${scene.tradeId} of r1 in HANAUSDT ${fault}`]);
  });

  it('sees a fill in the books that the exchange does not have', () => {
    const scene = settled();
    const row = scene.database.fills.get(scene.fillKey)!;
    scene.database.fills.insert({ ...row, fill: { ...row.fill, venueTradeId: 'made-up' } });
    expect(ofFills(scene.check())).toEqual(['I6: account: the books have a fill made-up in HANAUSDT that the exchange has not']);
  });

  it('sees a trade by hand that a sweep has passed over, and not one of before the first sweep', () => {
    const [before, after] = [settled(), settled()];
    for (const scene of [before, after]) scene.byHand(VENUE_NOW_MS + 1_000);
    before.database.watermarks.update('account|HANAUSDT', { beginMs: VENUE_NOW_MS + 2_000 });
    expect(ofFills(before.check())).toEqual([]);
    expect(ofFills(after.check())).toEqual([expect.stringMatching(/^I6: account: fill \S+ of nobody here in HANAUSDT is not in the books$/u)]);
  });
});

describe('I5', () => {
  it('sees a balance that differs by more than a step, of what is booked and of what is not', () => {
    const scene = settled();
    scene.venue.setFree('account', 'USDT', '899.93');
    scene.venue.setFree('account', 'MX', '5');
    expect(scene.check()).toEqual(['I5: account: 899.95 USDT by the books, 899.93 at the exchange', 'I5: account: 0 MX by the books, 5 at the exchange']);
  });

  it('lets a balance differ by a step', () => {
    const scene = settled();
    scene.venue.setFree('account', 'USDT', '899.94');
    expect(scene.check()).toEqual([]);
  });

  it('sees what a fill did to the books where that is not what it was: its fee forgotten, or nothing at all', () => {
    const scene = settled();
    const { database, fillKey, tradeId } = scene;
    database.fills.update(fillKey, { fill: { ...database.fills.get(fillKey)!.fill, fee: '0.06' } });
    database.fills.insert({ ...database.fills.get(fillKey)!, fill: { ...database.fills.get(fillKey)!.fill, venueTradeId: 'unposted' } });
    expect(scene.check().filter((line) => line.startsWith('I5'))).toEqual([
      `I5: fill ${tradeId} changed portfolio by -100.05 USDT in the books, and was -100.06`,
      'I5: fill unposted changed portfolio by 0 HANA in the books, and was 1',
      'I5: fill unposted changed portfolio by 0 USDT in the books, and was -100.06',
    ]);
  });

  it('sees a transaction that does not come to nothing', () => {
    const scene = settled();
    scene.post('odd', [['market', 'USDT', '1'], ['market', 'USDT', '-0.999999999999999999']]);
    expect(scene.check()).toEqual(['I5: ledger transaction odd comes to 0.000000000000000001 USDT, and not to nothing']);
  });

  it('sees holdings that are not the sum of their entries', () => {
    const scene = settled();
    scene.post('moved', [['portfolio', 'USDT', '-1'], ['unassigned', 'USDT', '1']]);
    expect(scene.check()).toEqual(['I5: holding account portfolio USDT is 799.95, and its entries come to 798.95', 'I5: holding account  USDT is 100, and its entries come to 101']);
  });
});

describe('I11', () => {
  it.each<readonly [what: string, plant: (scene: Settled) => void]>([
    ['intent lost has no plan', ({ database, planId }) => void database.intents.insert({ ...database.intents.get(anIntentRow(database, planId, { leg: 1 }))!, id: 'lost', planId: 'none', state: 'filled' })],
    ['plan plan is done, and its leg under-way is acked', ({ database, planId }) => (anIntentRow(database, planId, { id: 'under-way', leg: 1 }), void database.intents.update('under-way', { state: 'acked' }))],
    ['attempt r2 has no intent', ({ database, intentId }) => void database.attempts.update(anAttemptRow(database, intentId, { state: 'done' }).clientOrderId, { intentId: 'none' })],
    ['attempt r2 is prepared, and its intent filled', ({ database, intentId }) => void anAttemptRow(database, intentId, { attemptNo: 2 })],
    ['plan plan has no evaluation', ({ database, planId }) => database.evaluations.delete(database.plans.get(planId)!.evaluationId)],
  ])('sees that %s', (what, plant) => {
    const scene = settled();
    plant(scene);
    // What was made along the way to plant it is left out.
    const heard = scene.check().filter((words) => !/its leg oi_/u.test(words));
    expect(heard).toEqual([`I11: ${what}`]);
  });
});

describe('I13', () => {
  it('sees what was under way then and is now, and neither what has ended nor what has begun since', () => {
    const scene = openLawlessScene();
    const { database, accountId, planId, intentId, violations } = scene;
    database.intents.update(intentId, { state: 'unknown' });
    for (const [id, state] of [['ended', 'sending'], ['waiting', 'new']] as const) {
      anIntentRow(database, planId, { id, leg: 1 });
      database.intents.update(id, { state });
    }
    // A leg that has not gone out may wait until its plan's deadline.
    const then = unfinished(database);
    database.intents.update('ended', { state: 'skipped' });
    anIntentRow(database, planId, { id: 'begun', leg: 2 });
    aPortfolioRow(database, accountId);
    checkConverged(database, then, { intents: 300_000, plans: null }, violations);
    checkConverged(database, then, { intents: null, plans: 1_200_000 }, violations);
    expect(told(scene)).toEqual([
      expect.stringMatching(new RegExp(`^I13: 5 min after the last fault: \\{"id":"${intentId}"`, 'u')),
      expect.stringMatching(new RegExp(`^I13: 20 min after the last fault: \\{"id":"${planId}"`, 'u')),
    ]);
  });

  it('excuses an unknown order while the balances differ, for half an hour from its sending, and no other', () => {
    const scene = settled();
    const { database, intentId, venue, accountId } = scene;
    const world = (nowMs: number) => ({ database, venue, liveAccountIds: [accountId], nowMs, startMs: 0, stepOf: () => STEP });
    database.intents.update(intentId, { state: 'unknown' });
    expect(isInDoubt(world(NOW_MS + 60_000), intentId)).toBe(false);
    venue.setFree(accountId, 'USDT', '950');
    expect(isInDoubt(world(NOW_MS + 60_000), intentId)).toBe(true);
    expect(isInDoubt(world(NOW_MS + 1_900_000), intentId)).toBe(false);
    database.intents.update(intentId, { state: 'acked' });
    expect(isInDoubt(world(NOW_MS + 60_000), intentId)).toBe(false);
  });

  it('has nothing to say where all of it has ended', () => {
    const scene = openLawlessScene();
    const { database, planId, intentId, violations } = scene;
    database.intents.update(intentId, { state: 'acked' });
    const then = unfinished(database);
    expect(then).toEqual({ intents: [intentId], plans: [planId] });
    database.intents.update(intentId, { state: 'filled' });
    database.plans.update(planId, { state: 'done' });
    checkConverged(database, then, { intents: 300_000, plans: 1_200_000 }, violations);
    expect(told(scene)).toEqual([]);
  });
});
