import { CliFailure } from '../terminal/cli-failure.js';
import { buildFetchRequest, type FetchFlags } from './fetch-request.js';

const NOW_MS = Date.UTC(2026, 5, 30, 12);
const FLAGS: FetchFlags = { assets: 'hana, AIA', interval: '1h', from: '90d', follow: true };

function faultsOf(flags: Partial<FetchFlags>): readonly string[] {
  try {
    buildFetchRequest({ ...FLAGS, ...flags }, NOW_MS);
    return [];
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return (error.problem.errors ?? []).map(({ pointer }) => pointer);
  }
}

// 90 days before 30 June are 1 April (30 days of June, 31 of May, 29 of April's 30).
it('takes spans before now and names in any case', () => {
  expect(buildFetchRequest(FLAGS, NOW_MS)).toEqual({ assets: ['HANA', 'AIA'], interval: '1h', quote: 'USDT', from: '2026-04-01T12:00:00.000Z', follow: true });
  expect(buildFetchRequest({ ...FLAGS, from: '36h', to: '15m' }, NOW_MS)).toMatchObject({ from: '2026-06-29T00:00:00.000Z', to: '2026-06-30T11:45:00.000Z' });
  expect(buildFetchRequest({ ...FLAGS, from: '2w', exchange: 'mexc' }, NOW_MS)).toMatchObject({ from: '2026-06-16T12:00:00.000Z', exchange: 'MEXC' });
});

it('takes moments, and follows only what has no end', () => {
  const bounded = buildFetchRequest({ ...FLAGS, from: '2026-05-01', to: '2026-06-01T12:00Z' }, NOW_MS);
  expect(bounded).toMatchObject({ from: '2026-05-01T00:00:00.000Z', to: '2026-06-01T12:00:00.000Z', follow: false });
  expect(buildFetchRequest({ ...FLAGS, follow: false }, NOW_MS).follow).toBe(false);
});

it.each([
  [{ from: '90' }, ['/from']],
  [{ from: '3y' }, ['/from']],
  [{ from: '2026-02-30' }, ['/from']],
  [{ from: '-5d', to: 'tomorrow' }, ['/from', '/to']],
  [{ assets: 'HANA/USDT' }, ['/assets/0']],
  [{ assets: ' , ' }, ['/assets']],
  [{ exchange: 'binance' }, ['/exchange']],
  [{ interval: 'one hour', exchange: 'x', from: 'y' }, ['/from', '/exchange', '/interval']],
])('refuses %j at %j, all at once', (flags, pointers) => {
  expect(faultsOf(flags)).toEqual(pointers);
});

it('says which options are missing', () => {
  expect(() => buildFetchRequest({ follow: true }, NOW_MS)).toThrow('--assets, --interval, --from are missing');
});
