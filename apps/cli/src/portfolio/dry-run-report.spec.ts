import type { DryRun, PreviewedLeg } from '#contracts';
import { Terminal } from '../terminal/terminal.js';
import { dryRunInWords } from './dry-run-report.js';

const terminal = (columns = 80): Terminal => new Terminal({ write: () => true, columns }, { write: () => true }, { json: false, quiet: false, color: false });

const aDryRun = (changes: Partial<DryRun> = {}): DryRun => ({
  portfolioId: 'pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', mode: 'paper', venue: 'MEXC', money: 'paper', at: '2026-01-05T12:00:00.000Z', kind: 'hold', reason: 'within-thresholds', detail: null,
  declined: [], obstacles: [], totalValue: 1_000, legs: [], tradedValue: 0, expectedFees: 0, ...changes,
});
const aLeg = (changes: Partial<PreviewedLeg> = {}): PreviewedLeg => ({
  leg: 0, asset: 'HANA', marketId: 'HANAUSDT', side: 'sell', value: 1_234.5, quantity: '46.66', quoteValue: null, price: 0.0123456789, expectedFee: 0.617, expectedSlippageBps: 12.34, skipReason: null, ...changes,
});

it('is one line where nothing would be done', () => {
  expect(dryRunInWords(aDryRun(), terminal())).toBe("PAPER at MEXC's prices  would hold: within-thresholds");
});

it('says what is declined and what stands against it', () => {
  const words = dryRunInWords(aDryRun({
    detail: 'HANA is stale', declined: [{ asset: 'AIA', kind: 'upside', ratio: 1.25, reason: 'cooldown' }], obstacles: [{ code: 'halted', detail: 'the kill switch of all is engaged' }],
  }), terminal());
  expect(words.split('\n')).toEqual([
    "PAPER at MEXC's prices  would hold: within-thresholds", 'because    HANA is stale', 'declined   AIA upside, 1.25 of its threshold: cooldown', 'against    halted: the kill switch of all is engaged',
  ]);
});

it('shows the plan that something stands in the way of', () => {
  const words = dryRunInWords(aDryRun({ reason: 'not-running', legs: [aLeg()], tradedValue: 1_234.5, expectedFees: 0.617 }), terminal());
  expect(words.split('\n').slice(0, 2)).toEqual(["PAPER at MEXC's prices  would hold: not-running", 'without that it would trade:']);
});

it('shows sales by quantity, purchases by value, what would not be sent with its reason, and real money as such', () => {
  const legs = [aLeg(), aLeg({ leg: 1, side: 'buy', asset: 'AIA', quantity: null, quoteValue: '431.98', value: 431.985, price: 2, expectedFee: 0.216, expectedSlippageBps: null }), aLeg({ leg: 2, side: 'buy', asset: 'XAN', quantity: null, value: 0.5, price: 1, expectedFee: 0, skipReason: 'below-min-notional' })];
  const lines = dryRunInWords(aDryRun({ mode: 'live', money: 'real', kind: 'plan', reason: 'upside', legs, tradedValue: 1_666.48, expectedFees: 0.833 }), terminal()).split('\n');
  expect(lines.map((line) => line.replaceAll(/ {2,}/gu, ' | '))).toEqual([
    'LIVE on MEXC: REAL MONEY | would trade: upside',
    'LEG | VALUE | SENT AS | PRICE | FEE | SLIPPAGE | NOT SENT',
    '0 sell HANA | 1,234.50 | 46.66 | 0.0123457 | 0.6170 | 12.3 bps',
    '1 buy AIA | 431.99 | for 431.98 | 2 | 0.2160 | -',
    '2 buy XAN | 0.50 | - | 1 | 0.0000 | 12.3 bps | below-min-notio…',
    'in all | 1,666.48 traded, fees of about 0.83',
  ]);
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});
