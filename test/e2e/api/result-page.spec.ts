import type { NewRun, StoredResult } from '#application';
import { startApi, type ApiFixture } from './api-fixture.js';
import { aNewRun, aResult, claimRun, runId, submitRun } from './made-runs.js';

const HOUR_MS = 3_600_000;
const FIRST_MS = Date.UTC(2026, 0, 1);
const MARKUP = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';

let api: ApiFixture;
beforeAll(async () => {
  api = await startApi({ withRedis: false });
});
afterAll(() => api.stop());

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const page = (id: string) => api.anonymous().get(`/results/${id}`).set('authorization', basic('anybody', api.token));

const YARDSTICK = { finalValue: 9_500, totalReturn: -0.05, maxDrawdown: -0.4, sharpe: -0.3, feesPaid: 7, tradeCount: 2, rebalanceCount: 0 };

function aRebalance(index: number, asset = 'HANA') {
  return {
    index, decidedAtMs: FIRST_MS + index * HOUR_MS, filledAtMs: FIRST_MS + (index + 1) * HOUR_MS, asset, kind: index % 2 === 0 ? 'upside' : 'downside', ratio: 1.25,
    cashChange: 30, interimGain: 1, attribution: -4.5,
    legs: [
      { status: 'filled', side: 'sell', asset, quantity: 2, price: 50, value: 100, fee: 0.1 },
      { status: 'skipped', side: 'buy', asset: 'TRUTH', value: 9, reason: 'below-min-order' },
    ],
  };
}

function aShownResult(rebalanceCount: number, asset?: string): StoredResult {
  return {
    ...aResult(),
    document: {
      panel: { bars: 1_000, firstOpenMs: FIRST_MS, lastOpenMs: FIRST_MS + 999 * HOUR_MS, droppedBars: 3 },
      summary: { ...YARDSTICK, totalReturn: 0.1, finalValue: 11_000, annualizedReturn: 0.42, winRate: 0.5, rebalanceCount },
      yardsticks: { hold: YARDSTICK, periodic: YARDSTICK },
    },
    rebalances: Array.from({ length: rebalanceCount }, (_, index) => aRebalance(index, asset)),
  };
}

async function complete(run: NewRun, result: StoredResult): Promise<string> {
  await submitRun(api.services, run);
  expect(await api.services.runs.complete(run.id, await claimRun(api.services, run.id), result)).toBe(true);
  return run.id;
}

const onExchange = (number: number, exchange: string): NewRun => {
  const run = aNewRun(number);
  return { ...run, spec: { ...run.spec, exchange } };
};

it('asks a browser for the token, and lets it in as the password of any user or as a bearer', async () => {
  const id = await complete(aNewRun(1), aShownResult(1));
  for (const path of [`/results/${id}`, '/results/x', '/results', '/RESULTS/x', '/results/%2e%2e/v1/backtests']) {
    const refused = await api.anonymous().get(path);
    expect([401, 404]).toContain(refused.status);
    expect(refused.text).not.toContain('TRUTH');
  }
  const refused = await api.anonymous().get(`/results/${id}`);
  expect(refused.status).toBe(401);
  expect(refused.headers['www-authenticate']).toBe('Basic realm="rebalancer", charset="UTF-8"');
  expect((await api.anonymous().get(`/results/${id}`).set('authorization', basic('admin', 'admin'))).status).toBe(401);
  for (const authorization of [basic('', api.token), `Bearer ${api.token}`]) {
    expect((await api.anonymous().get(`/results/${id}`).set('authorization', authorization)).status).toBe(200);
  }
});

it('shows figures against both yardsticks, curves, rebalances with what was skipped, parameters and data', async () => {
  const id = await complete(aNewRun(2), aShownResult(3));
  const { text, type } = await page(id);
  expect(type).toBe('text/html');
  // 0.10 − (−0.05) is 15 points more than holding.
  for (const words of ['+10.0 %', '+15.0 pp', '−5.0 %', '11,000.00', '9,500.00', 'Equal every 7 days', '2026-01-01 00:00', '3 not shared by all', 'upsideThreshold']) {
    expect(text).toContain(words);
  }
  expect(text).toContain('HANA above the mean</td><td>1.25×</td><td class="left wrap">sell HANA 100.00, no buy of TRUTH (below-min-order)</td>');
  expect(text.match(/<svg /g)).toHaveLength(2);
  // Hold ends where it was: 90, drawn beside a strategy from 50 to 200.
  expect(text).toContain('aria-label="Equity from 100.00 to 100.00; holding ended at 90.00"');
  expect(text).toContain('Drawdown, at worst −75.0 %');
  expect(text.match(/class="mark upside"/g)).toHaveLength(2);
  expect(text).not.toContain('Made prices');
});

it('says loudly that prices were made', async () => {
  expect((await page(await complete(onExchange(3, 'SIMULATOR'), aShownResult(0)))).text).toContain('<strong>Made prices of the simulator, not a market</strong>');
});

it('shows names that are markup as the text they are, and runs nothing by its policy', async () => {
  const run = { ...aNewRun(4), labels: { name: MARKUP, tags: [MARKUP], note: MARKUP }, notices: [{ code: 'x', detail: MARKUP }] };
  const { text, headers } = await page(await complete(run, { ...aShownResult(1, MARKUP), notices: [{ code: 'x', detail: MARKUP }] }));
  expect(text.match(/&#60;script&#62;alert\(1\)/g)?.length).toBeGreaterThanOrEqual(6); // Title twice, tag, note, notice, rebalance.
  const tags = text.match(/<[a-z][^>]*>/g) ?? [];
  expect(tags.filter((tag) => /^<(?:script|img|a|link|iframe|form)\b| (?:style|src|href|on\w+)=/.test(tag))).toEqual([]);
  const policy = headers['content-security-policy'];
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; /);
  expect(policy).not.toContain('unsafe');
  expect(headers['cache-control']).toBe('no-store');
});

it('shows the first 200 rebalances and how to get all', async () => {
  const { text } = await page(await complete(aNewRun(5), aShownResult(450)));
  expect(text.match(/HANA (?:above|below) the mean/g)).toHaveLength(200);
  expect(text).toContain('The first 200 of 450');
  expect(text.match(/class="mark /g)).toHaveLength(200);
  expect(text).toContain('Marked along the bottom: the first 200 of 450 rebalances.');
});

it('labels a short run by minutes, since one day would stand there five times', async () => {
  const HALF_HOUR_MS = 1_800_000;
  const result = aShownResult(0);
  const openTimesMs = Float64Array.from([0, 1, 2, 3, 4], (index) => FIRST_MS + index * HALF_HOUR_MS);
  const { text } = await page(await complete(aNewRun(10), { ...result, openTimesMs, equity: Float64Array.of(1, 2, 3, 2, 1), weights: { ...result.weights, holdEquity: null } }));
  // Five labels in the middles of fifths of two hours: 12, 36, 60, 84 and 108 minutes.
  for (const label of ['00:12', '00:36', '01:00', '01:24', '01:48']) expect(text).toContain(`>2026-01-01 ${label}</text>`);
});

it('shows a result from before holding was kept as a curve', async () => {
  const result = aShownResult(0);
  const { text } = await page(await complete(aNewRun(6), { ...result, weights: { ...result.weights, holdEquity: null } }));
  expect(text).not.toContain('line hold');
  expect(text).toContain('None: no asset got far enough from the mean.');
});

it('tells how far a run is, why it failed, and what is no run', async () => {
  await submitRun(api.services, aNewRun(7));
  const waiting = await page(runId(7));
  expect([waiting.status, waiting.text.includes('It waits for a runner.'), waiting.text.includes('http-equiv="refresh"')]).toEqual([200, true, true]);
  await submitRun(api.services, aNewRun(8));
  await api.services.runs.fail(runId(8), await claimRun(api.services, runId(8)), { code: 'too-few-bars', detail: MARKUP });
  const failed = await page(runId(8));
  expect(failed.text).toContain('It failed: &#60;script&#62;');
  expect(failed.text).not.toContain('http-equiv="refresh"');
  for (const [path, code] of [[runId(9), 'backtest-not-found'], ['nonsense', 'not-found'], ["bt_'--", 'not-found']] as const) {
    const answer = await page(path);
    expect([answer.status, (answer.body as { code: string }).code, answer.headers['cache-control']]).toEqual([404, code, 'no-store']);
  }
});
