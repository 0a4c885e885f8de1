import { killAtRandom } from './random-kills.js';

/** The longer run is that of `npm run test:faults`. */
const SECONDS = process.env['FAULTS'] === 'all' ? 90 : 30;

it('kill -9 of any worker at any time leaves every book equal to what its venue says', async () => {
  const lines: string[] = [];
  const result = await killAtRandom({ seconds: SECONDS, leastFills: 20, seed: 1, tell: (line) => void lines.push(line) });
  expect({ lines, ...result }).toMatchObject({ unsettled: [], paperDifferences: [], externalFlows: 0, live: { differences: [] } });
  // Something must have happened: every kind of worker was killed, and there was trade.
  expect(Object.keys(result.kills).toSorted()).toEqual(['order-executor', 'price-ingestor', 'strategy-evaluator']);
  expect(result.plans).toBeGreaterThan(6);
  expect(result.live.fills).toBeGreaterThan(10);
}, 600_000);
