import { DEFAULT_PARAMETERS } from '#domain';
import type { SeriesCoverage } from '../candles/candle-store.port.js';
import type { BacktestSpec } from './backtest-run.js';
import { basketFaults, checkCoverage, unknownSeriesFault } from './check-submission.js';
import { seriesOfSpec } from './series-of-spec.js';

const MINUTE_MS = 60_000;
const at = (text: string): number => Date.parse(`${text}Z`);

const aSpec = (overrides: Partial<BacktestSpec> = {}): BacktestSpec => ({
  exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA', 'TRUTH'], fromMs: null, toMs: null,
  parameters: DEFAULT_PARAMETERS, periodicEveryMs: 604_800_000, ...overrides,
});

const covered = (base: string, from: string, to: string): SeriesCoverage => ({
  identity: { exchange: 'MEXC', base, quote: 'USDT', interval: '1m' },
  firstOpenMs: at(from), lastOpenMs: at(to), candleCount: 1, gapCount: 0, missingCount: 0, zeroVolumeCount: 0, updatedAtMs: 0,
});

// HANA has ten minutes, TRUTH the last six of them and more.
const COVERAGES = [covered('HANA', '2026-01-01T00:00', '2026-01-01T00:09'), covered('TRUTH', '2026-01-01T00:04', '2026-01-01T00:30')];
const check = (overrides: Partial<BacktestSpec>, maxAssetBars = 1_000) => checkCoverage(aSpec(overrides), COVERAGES, maxAssetBars);
const fromTo = (from: string | null, to: string | null) => ({ fromMs: from === null ? null : at(from), toMs: to === null ? null : at(to) });

describe('checkCoverage', () => {
  it.each([
    { name: 'all that the assets share', period: fromTo(null, null) },
    { name: 'a part of it', period: fromTo('2026-01-01T00:05', '2026-01-01T00:08') },
    { name: 'exactly two bars', period: fromTo('2026-01-01T00:08', '2026-01-01T00:09') },
  ])('accepts $name', ({ period }) => {
    expect(check(period)).toEqual({ kind: 'possible', notices: [] });
  });

  it('accepts a period that begins before and ends after what is stored, and says so', () => {
    expect(check(fromTo('2025-12-31T00:00', '2026-02-01T00:00'))).toMatchObject({
      kind: 'possible',
      notices: [{ code: 'period-cut', detail: expect.stringMatching(/starts at 2026-01-01T00:04Z.*ends at 2026-01-01T00:09Z/u) }],
    });
  });

  it.each([
    { name: 'begins after the last bar', period: fromTo('2026-01-01T00:10', null), pointer: '/from', code: 'period-outside-coverage' },
    { name: 'ends before the first shared bar', period: fromTo(null, '2026-01-01T00:03'), pointer: '/to', code: 'period-outside-coverage' },
    { name: 'begins after its end', period: fromTo('2026-01-01T00:08', '2026-01-01T00:05'), pointer: '/from', code: 'period-inverted' },
    { name: 'holds one bar', period: fromTo('2026-01-01T00:09', null), pointer: '/from', code: 'too-few-bars' },
  ])('refuses a period that $name, and names what there is', ({ period, pointer, code }) => {
    const outcome = check(period);
    expect(outcome).toMatchObject({ kind: 'impossible', faults: [{ pointer, code }] });
    if (code !== 'period-inverted') expect(JSON.stringify(outcome)).toContain('2026-01-01T00:04Z to 2026-01-01T00:09Z');
  });

  it('refuses assets that share no bar, with the period of each', () => {
    const apart = [covered('HANA', '2026-01-01T00:00', '2026-01-01T00:09'), covered('TRUTH', '2026-01-02T00:00', '2026-01-02T00:09')];
    expect(checkCoverage(aSpec(), apart, 1_000)).toMatchObject({
      kind: 'impossible',
      faults: [{ pointer: '/assets', code: 'no-shared-period', detail: expect.stringContaining('TRUTH has 2026-01-02T00:00Z to 2026-01-02T00:09Z') }],
    });
  });

  it('counts the bars of all assets against the limit: six shared bars of two assets are twelve', () => {
    expect(check({}, 12).kind).toBe('possible');
    expect(check({}, 11)).toMatchObject({ kind: 'impossible', faults: [{ pointer: '/assets', code: 'too-many-asset-bars' }] });
  });

  it('counts by the interval', () => {
    const hours = [covered('HANA', '2026-01-01T00:00', '2026-01-01T01:00'), covered('TRUTH', '2026-01-01T00:00', '2026-01-01T01:00')];
    expect(checkCoverage(aSpec({ interval: '1h' }), hours, 4).kind).toBe('possible');
    expect(checkCoverage(aSpec({ interval: '1h', toMs: at('2026-01-01T00:00') + 59 * MINUTE_MS }), hours, 4).kind).toBe('impossible');
  });
});

describe('an asset that is not stored', () => {
  const identity = { exchange: 'MEXC', base: 'LUNA', quote: 'USDT', interval: '1m' } as const;

  it('is answered with what is stored of it elsewhere', () => {
    const elsewhere = { ...covered('LUNA', '2022-01-01T00:00', '2022-05-01T00:00'), identity: { ...identity, exchange: 'BINANCE', interval: '1h' as const } };
    expect(unknownSeriesFault(3, identity, [elsewhere], [])).toEqual({
      pointer: '/assets/3', code: 'unknown-series', detail: 'no candles are stored of MEXC LUNA/USDT 1m; stored of LUNA: BINANCE LUNA/USDT 1h',
    });
  });

  it('is answered with the assets there are otherwise, not with all of a thousand', () => {
    const many = Array.from({ length: 25 }, (_, index) => covered(`A${index}`, '2026-01-01T00:00', '2026-01-01T00:09'));
    expect(unknownSeriesFault(0, identity, [], many).detail).toMatch(/A0, A1, .*A19 and 5 more$/u);
    expect(unknownSeriesFault(0, identity, [], []).detail).toContain('nothing');
  });
});

describe('a spec that names no series', () => {
  it('is refused field by field, each once', () => {
    const series = seriesOfSpec(aSpec({ interval: '7m', assets: ['HANA', 'hana'] }));
    expect(series.kind === 'invalid' && series.faults.map((fault) => fault.pointer)).toEqual(['/interval', '/assets/1']);
  });

  it.each([[['HANA', 'HANA']], [['USDT']], [[]]])('is refused for the basket %j', (assets) => {
    expect(basketFaults(aSpec({ assets }))[0]).toMatchObject({ pointer: '/assets', code: 'invalid-basket' });
  });
});
