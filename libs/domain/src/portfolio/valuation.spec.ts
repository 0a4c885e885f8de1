import { describeStandings } from './valuation.js';

const aPortfolio = (quantities: readonly number[], cash: number) => ({
  assets: ['A', 'B'], quantities, prices: [2, 5], cash, timeMs: 0, lastFillMs: [-Infinity, -Infinity],
});

// Values 300 and 100, mean 200, total 500.
it('shows each asset with its weight and its deviation from the mean', () => {
  expect(describeStandings(aPortfolio([150, 20], 100))).toEqual([
    { asset: 'A', value: 300, weight: 0.6, deviation: 0.5 },
    { asset: 'B', value: 100, weight: 0.2, deviation: -0.5 },
  ]);
});

it('shows no deviation where nothing is held, and no weight where there is nothing at all', () => {
  expect(describeStandings(aPortfolio([0, 0], 0))).toEqual([
    { asset: 'A', value: 0, weight: 0, deviation: null },
    { asset: 'B', value: 0, weight: 0, deviation: null },
  ]);
});
