import { aMarketOf, anEvaluatedPortfolio, LOOK_MS } from '#testing';
import type { EvaluatedPortfolio } from '../evaluation/evaluation-store.port.js';
import { obstaclesOf } from './obstacles.js';

const HOUR_MS = 3_600_000;
const codesOf = (change: Partial<EvaluatedPortfolio>) => obstaclesOf(anEvaluatedPortfolio(change), [null, null, null], LOOK_MS).map(({ code }) => code);

it('names nothing where nothing stands against trading', () => {
  expect(codesOf({})).toEqual([]);
});

it('names all that an evaluation would hold for', () => {
  const markets = [aMarketOf('HANA', {}, { seenMs: LOOK_MS - HOUR_MS - 1 }), aMarketOf('AIA', {}, { seenMs: LOOK_MS - HOUR_MS }), null];
  expect(codesOf({ markets, lastAbortedMs: LOOK_MS - 29_999, tradingState: 'reduce-only' })).toEqual(['reduce-only', 'rules-missing', 'rules-missing', 'recently-aborted']);
  expect(codesOf({ lastAbortedMs: LOOK_MS - 30_000 })).toEqual([]);
});
