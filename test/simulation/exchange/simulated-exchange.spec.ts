import { VENUE_NOW_MS } from '#testing';
import { CandleColumnsBuilder } from '#domain';
import { usualRules } from '#exchange';
import { FaultRequest } from '../../../apps/exchange-simulator/src/faults/fault-rules.js';
import { ACCOUNT, aHeldExchange, aSteadyMarket } from './held-exchange.js';
import type { RecordedMarket } from './simulated-exchange.js';

const MINUTE_MS = 60_000;

/** 1 USDT more each minute, from 100 at VENUE_NOW_MS on; a day of 100 before. */
function aRisingMarket(): RecordedMarket {
  const columns = new CandleColumnsBuilder();
  for (let minute = -1_440; minute < 60; minute++) {
    const open = 100 + Math.max(0, minute);
    const close = minute < 0 ? 100 : open + 1;
    columns.push({ openTimeMs: VENUE_NOW_MS + minute * MINUTE_MS, open, high: close, low: open, close, volume: 500 });
  }
  return { rules: usualRules('HANA', 100, { priceTick: '0.01' }), recorded: { marketId: 'HANAUSDT', intervalMs: MINUTE_MS, columns: columns.take() } };
}

describe('prices', () => {
  it('are those of the record, at the times of the record', async () => {
    const held = aHeldExchange({ markets: [aRisingMarket()] });
    await held.time.pass(10 * MINUTE_MS + 5_000); // A bar counts as closed some seconds after its end.
    const pages: (readonly (readonly [openMs: number, close: number])[])[] = [];
    const read = async (): Promise<void> => {
      const asked = { marketId: 'HANAUSDT', interval: '1m' as const, fromMs: VENUE_NOW_MS, toMs: VENUE_NOW_MS + 10 * MINUTE_MS };
      for await (const { columns } of held.marketData.candles(asked)) pages.push([...columns.openTimesMs].map((openMs, i) => [openMs, columns.closes[i]!] as const));
    };
    await held.time.until(read());
    expect(pages.flat()).toEqual(Array.from({ length: 10 }, (_none, minute) => [VENUE_NOW_MS + minute * MINUTE_MS, 101 + minute]));
  });

  it('can be made to lie by the rules of the simulator', async () => {
    const held = aHeldExchange();
    const priceNow = async () => (await held.time.until(held.marketData.bookTickers(['HANAUSDT']))).tickers[0]!.bidPrice;
    expect(await priceNow()).toBe('100.00');
    held.exchange.state.faults.add(FaultRequest.parse({ fault: 'price-spike', parameters: { factor: 10 } }), held.time.nowMs());
    expect(await priceNow()).toBe('1000');
    held.exchange.state.faults.clear();
    expect(await priceNow()).toBe('100.00');
  });
});

describe('accounts', () => {
  it('are kept apart, by the key that signs', async () => {
    const other = { id: 'account-2', key: 'key-2', secret: 'secret-2' };
    const held = aHeldExchange({ accounts: [ACCOUNT, other] });
    held.exchange.venue.setFree(other.id, 'HANA', '7');
    expect(await held.time.until(held.trading.balances())).toEqual([{ asset: 'USDT', free: '1000', locked: '0' }]);
  });
});

async function ask(held: ReturnType<typeof aHeldExchange>, times: number) {
  const asked = { url: 'http://127.0.0.1:4010/api/v3/time', method: 'GET', headers: {}, timeoutMs: 1_000, isAlone: false };
  const answers = await held.time.until(Promise.all(Array.from({ length: times }, () => held.exchange.handle(asked, async () => undefined))));
  return answers.map((answer) => (answer.kind === 'answered' ? answer.status : 0));
}

describe('limits of rate', () => {
  /** Twenty requests a second are the usual limit. */
  it('are counted in virtual time', async () => {
    const held = aHeldExchange({ hasRateLimits: true });
    expect((await ask(held, 21)).filter((status) => status === 429)).toHaveLength(1);
    await held.time.pass(1_000);
    expect(await ask(held, 1)).toEqual([200]);
  });

  it('are off unless asked for', async () => {
    expect(await ask(aHeldExchange(), 100)).toEqual(Array.from({ length: 100 }, () => 200));
  });
});

it('answers what it does not know as MEXC does', async () => {
  const { exchange } = aHeldExchange({ markets: [aSteadyMarket()] });
  const asked = { method: 'GET', headers: {}, timeoutMs: 1_000, isAlone: false };
  expect(await exchange.handle({ ...asked, url: 'http://127.0.0.1/api/v3/nothing' }, async () => undefined)).toMatchObject({ status: 404 });
  expect(await exchange.handle({ ...asked, url: 'http://127.0.0.1/api/v3/depth?symbol=NONEUSDT' }, async () => undefined)).toMatchObject({ status: 400, body: expect.stringContaining('-1121') as string });
});
