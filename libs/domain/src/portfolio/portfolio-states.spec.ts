import { canChangeState, needsPrices } from './portfolio-states.js';
import type { PortfolioState } from './portfolio-configuration.js';

const STATES: readonly PortfolioState[] = ['created', 'running', 'buys-paused', 'paused', 'stopped', 'deleted'];
const reachableFrom = (from: PortfolioState) => STATES.filter((to) => canChangeState(from, to));

it.each<{ from: PortfolioState; to: readonly PortfolioState[] }>([
  { from: 'created', to: ['running', 'deleted'] },
  { from: 'running', to: ['buys-paused', 'paused', 'stopped'] },
  { from: 'buys-paused', to: ['running', 'paused', 'stopped'] },
  { from: 'paused', to: ['running', 'buys-paused', 'stopped', 'deleted'] },
  { from: 'stopped', to: ['running', 'deleted'] },
  { from: 'deleted', to: [] },
])('goes from $from to $to alone', ({ from, to }) => {
  expect(reachableFrom(from)).toEqual(to);
});

it('needs prices until it is stopped', () => {
  expect(STATES.filter(needsPrices)).toEqual(['created', 'running', 'buys-paused', 'paused']);
});
