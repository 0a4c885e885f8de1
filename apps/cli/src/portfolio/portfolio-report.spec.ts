import type { Portfolio } from '#contracts';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS } from '#domain';
import { Terminal } from '../terminal/terminal.js';
import { moneyInWords, portfolioInWords } from './portfolio-report.js';

const terminal = new Terminal({ write: () => true, columns: 80 }, { write: () => true }, { json: false, quiet: false, color: false });
const NOON = '2026-01-05T12:00:00.000Z';

const aPortfolio = (changes: Partial<Portfolio> = {}): Portfolio => ({
  id: 'pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', name: 'core', mode: 'paper', venue: 'MEXC', money: 'paper', accountId: 'paper-pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', state: 'running', stateReason: null,
  assets: ['HANA'], quote: 'USDT', capital: '1000', isAllocated: true, configVersion: 1, version: 2, createdAt: NOON, changedAt: NOON,
  configuration: { sha256: 'a'.repeat(64), assets: [{ asset: 'HANA', marketId: 'HANAUSDT' }], parameters: DEFAULT_PARAMETERS, execution: DEFAULT_EXECUTION, caps: DEFAULT_CAPS },
  holdings: [{ asset: 'HANA', marketId: 'HANAUSDT', quantity: '300', price: 2.5, priceAgeMs: 800, flag: null, value: 750, weight: 0.75, deviation: 0.125, lastFillAt: null }],
  cash: '250', otherHoldings: [], equity: 1_000, performance: { timeWeightedReturn: 0.05, drawdown: 0.0125, since: NOON, asOf: NOON }, netDeposits: 900,
  lastLook: { at: NOON, ageMs: 0, kind: 'hold', reason: 'within-thresholds', detail: null, since: NOON, looks: 3 }, tradingState: 'run', obstacles: [], openPlan: null, notices: [], ...changes,
});
const linesOf = (changes: Partial<Portfolio> = {}): string[] => portfolioInWords(aPortfolio(changes), terminal, Date.parse(NOON) + 4_000).split('\n').map((line) => line.replaceAll(/ {2,}/gu, ' | '));

it.each([
  [{ mode: 'paper', venue: 'MEXC', money: 'paper' }, "PAPER at MEXC's prices"], [{ mode: 'paper', venue: 'SIMULATOR', money: 'paper' }, "PAPER at SIMULATOR's prices"],
  [{ mode: 'live', venue: 'SIMULATOR', money: 'play money' }, 'LIVE on SIMULATOR: play money'], [{ mode: 'live', venue: 'MEXC', money: 'real' }, 'LIVE on MEXC: REAL MONEY'],
] as const)('calls %j by its name', (what, words) => {
  expect(moneyInWords(what)).toBe(words);
});

it('shows holdings, worth, thresholds and the last look, and nothing that there is not', () => {
  expect(linesOf()).toEqual([
    'core | pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', "PAPER at MEXC's prices | running", '',
    'ASSET | QUANTITY | PRICE | VALUE | WEIGHT | OFF MEAN | PRICE IS', 'HANA | 300 | 2.5 | 750.00 | 75.0 % | +12.5 % | 800 ms old', 'USDT | 250 | 250.00 | 25.0 %', '',
    'worth | 1,000.00 USDT; put in were 900.00', 'return | +5.00 % time-weighted, 1.25 % below its peak', 'sells | above +40.0 % or 40.0 % of all, buys below -35.0 %',
    'looked at | 4 s ago: hold within-thresholds, since 2026-01-05 12:00 UTC',
  ]);
});

it('says why it is in its state, what is open, what lies beside, and what stands against trading', () => {
  const lines = linesOf({
    state: 'paused', stateReason: 'a withdrawal was seen', openPlan: { id: 'pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', state: 'settling', since: NOON }, otherHoldings: [{ asset: 'TRUTH', quantity: '5' }],
    obstacles: [{ code: 'halted', detail: 'the kill switch of all is engaged' }],
  });
  expect(lines[1]).toBe("PAPER at MEXC's prices | paused (a withdrawal was seen)");
  expect(lines.slice(-3)).toEqual(['plan | pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V settling', 'beside | 5 TRUTH', 'against | halted: the kill switch of all is engaged']);
});

it('makes up no figure where a price is missing or nothing was looked at', () => {
  const holding = { ...aPortfolio().holdings[0]!, price: null, priceAgeMs: null, flag: 'missing' as const, value: null, weight: null, deviation: null };
  const lines = linesOf({ holdings: [holding], equity: null, performance: { timeWeightedReturn: null, drawdown: null, since: null, asOf: null }, lastLook: null, isAllocated: false });
  expect(lines).toEqual(expect.arrayContaining([
    'HANA | 300 | - | - | - | - | missing', 'USDT | 250 | 250.00 | -', 'worth | - USDT; put in were 900.00', 'return | - time-weighted, - below its peak', 'looked at | never',
  ]));
  expect(linesOf({ isAllocated: false }).at(-1)).toBe('looked at | 4 s ago: hold within-thresholds, since 2026-01-05 12:00 UTC, not bought into yet');
});
