import { NOW_MS } from '../../integration/trading/trading-rows.js';
import { aPlanRow, aPortfolioRow } from '../store/memory-scene.js';
import { aFillRow, anAttemptRow, openLawlessScene, told } from './lawless-scene.js';
import { watchBooks } from './watch-books.js';

function aWatch() {
  const scene = openLawlessScene();
  watchBooks(scene.database, scene.violations);
  return { ...scene, told: () => told(scene) };
}

describe('I4', () => {
  it('has nothing to say of a sale and a purchase that are filled to their last', () => {
    const { database, intentId, told: heard } = aWatch();
    const sale = anAttemptRow(database, intentId);
    const purchase = anAttemptRow(database, intentId, { attemptNo: 2, terms: { kind: 'market-buy', quoteValue: '600' } });
    for (const quantity of ['2000', '10000']) aFillRow(database, sale, { quantity, notional: '700' });
    aFillRow(database, purchase, { side: 'buy', quantity: '12001', notional: '600' });
    expect(heard()).toEqual([]);
  });

  it('sees a sale of more than was ordered, in its quantity', () => {
    const { database, intentId, told: heard } = aWatch();
    const sale = anAttemptRow(database, intentId);
    for (const quantity of ['2000', '10000.000001']) aFillRow(database, sale, { quantity });
    expect(heard()).toEqual(['I4: r1: 12000.000001 filled of 12000 ordered (market-sell)']);
  });

  it('sees a purchase for more than was ordered, in its value', () => {
    const { database, intentId, told: heard } = aWatch();
    const purchase = anAttemptRow(database, intentId, { terms: { kind: 'market-buy', quoteValue: '600' } });
    for (const notional of ['599.99', '0.010000000000000001']) aFillRow(database, purchase, { side: 'buy', notional });
    expect(heard()).toEqual(['I4: r1: 600.000000000000000001 filled of 600 ordered (market-buy)']);
  });

  it("sees a fill of an order that is not saved, and one that is booked for somebody else", () => {
    const { database, intentId, accountId, told: heard } = aWatch();
    const attempt = anAttemptRow(database, intentId);
    aFillRow(database, { ...attempt, clientOrderId: 'r9' });
    aFillRow(database, attempt, {}, { portfolioId: aPortfolioRow(database, accountId, { id: 'other' }) });
    expect(heard()).toEqual(['I4: a fill is booked for r9, of which no attempt is saved', 'I4: a fill of r1 is booked for other, and portfolio ordered it']);
  });
});

describe('I10', () => {
  it.each(['draft', 'executing', 'settling', 'needs-human'] as const)('sees a plan beside one that is %s', (state) => {
    const { database, portfolioId, planId, told: heard } = aWatch();
    database.plans.update(planId, { state });
    aPlanRow(database, portfolioId, { id: 'second' });
    expect(heard()).toEqual(['I10: portfolio portfolio has 2 open plans: plan, second']);
  });

  it.each(['done', 'aborted'] as const)('has nothing to say of a plan after one that is %s, or of another portfolio', (state) => {
    const { database, accountId, portfolioId, planId, told: heard } = aWatch();
    database.plans.update(planId, { state });
    aPlanRow(database, portfolioId);
    aPlanRow(database, aPortfolioRow(database, accountId));
    expect(heard()).toEqual([]);
  });

  it('sees a plan that is opened again beside another one', () => {
    const { database, portfolioId, planId, told: heard } = aWatch();
    database.plans.update(planId, { state: 'aborted' });
    aPlanRow(database, portfolioId, { id: 'second' });
    database.plans.update(planId, { state: 'executing' });
    expect(heard()).toEqual(['I10: portfolio portfolio has 2 open plans: plan, second']);
  });

  it('sees two evaluations of one moment', () => {
    const { database, told: heard } = aWatch();
    const [evaluation] = [...database.evaluations.all()];
    for (const [id, firstMs] of [['second', NOW_MS], ['third', NOW_MS + 1], ['fourth', NOW_MS]] as const) database.evaluations.insert({ ...evaluation!, id, firstMs });
    expect(heard()).toEqual([`I10: portfolio portfolio was evaluated twice as of ${NOW_MS}`]);
  });
});

it('I12 sees a sweep that goes back, and none that goes on or stays', () => {
  const { database, accountId, told: heard } = aWatch();
  database.watermarks.insert({ accountId, marketId: 'HANAUSDT', watermarkMs: 10, beginMs: 5 });
  for (const watermarkMs of [10, 20]) database.watermarks.update('account|HANAUSDT', { watermarkMs });
  expect(heard()).toEqual([]);
  database.watermarks.update('account|HANAUSDT', { watermarkMs: 19 });
  expect(heard()).toEqual(['I12: the sweep of account|HANAUSDT went back from 20 to 19']);
});
