import type { BalanceDifference, ReconciliationRun } from '../accounts/account-store.port.js';
import { confirmedDifferences } from './confirmed-differences.js';

const of = (asset: string, venue: string): BalanceDifference => ({ asset, booked: '100', venue, tolerance: '0.01' });

const run = (finishedMs: number, differences: readonly BalanceDifference[], state: ReconciliationRun['state'] = 'done'): ReconciliationRun => ({
  id: 'rc', accountId: 'live', cause: 'schedule', state, isEqual: differences.length === 0, assetCount: 1, differences, problem: null, requestedMs: finishedMs, finishedMs,
});

const MORE = of('USDT', '150');

it.each<{ name: string; earlier: readonly ReconciliationRun[]; nowMs: number; expected: readonly BalanceDifference[] }>([
  { name: 'a first sight', earlier: [], nowMs: 100_000, expected: [] },
  { name: 'a first sight after an equal comparison', earlier: [run(90_000, [])], nowMs: 100_000, expected: [] },
  { name: 'too soon', earlier: [run(40_001, [MORE])], nowMs: 100_000, expected: [] },
  { name: 'long enough', earlier: [run(40_000, [MORE])], nowMs: 100_000, expected: [MORE] },
  { name: 'long enough, seen in between as well', earlier: [run(80_000, [MORE]), run(30_000, [MORE])], nowMs: 100_000, expected: [MORE] },
  { name: 'equal in between', earlier: [run(90_000, [MORE]), run(60_000, []), run(30_000, [MORE])], nowMs: 100_000, expected: [] },
  { name: 'another difference in between', earlier: [run(90_000, [of('USDT', '151')]), run(30_000, [MORE])], nowMs: 100_000, expected: [] },
  { name: 'a comparison in between that could not be made', earlier: [run(80_000, [], 'failed'), run(30_000, [MORE])], nowMs: 100_000, expected: [MORE] },
])('$name', ({ earlier, nowMs, expected }) => {
  expect(confirmedDifferences([MORE], earlier, nowMs, 60_000)).toEqual(expected);
});

it('judges each asset by itself', () => {
  const fresh = of('HANA', '90');
  expect(confirmedDifferences([MORE, fresh], [run(95_000, [MORE, fresh]), run(30_000, [MORE])], 100_000, 60_000)).toEqual([MORE]);
});
