import { UNLIMITED_BUDGET } from '#application';
import { CandleColumnsBuilder, type MarketRules } from '#domain';
import { createMexcMarketData, type HttpRequest } from '#exchange';
import { openSimulatedExchange, type RecordedMarket } from '../../simulation/exchange/simulated-exchange.js';
import type { Sample, SampleSet } from './mexc-samples.js';
import { openToldCcxt, type AnswerCcxt, type RawReply } from './told-by-ccxt.js';

const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 1_500;
const ACCOUNT = { id: 'account-1', key: 'key-1', secret: 'secret-1' };
const CREDENTIALS = { key: ACCOUNT.key, secret: ACCOUNT.secret };
/** What a market costs whose price no sample tells. */
const USUAL_TICKS = 100_000;

type Words = Readonly<Record<string, string>>;

const json = (value: unknown): RawReply => ({ status: 200, body: JSON.stringify(value) });
const never = { every: () => () => undefined, pause: async () => undefined };

/** The markets of a set, as the product's adapter reads them. */
export function rulesOf({ markets }: SampleSet): Promise<readonly MarketRules[]> {
  const send = async () => ({ kind: 'answered' as const, status: 200, retryAfter: null, body: JSON.stringify({ symbols: markets }) });
  return createMexcMarketData({ venue: 'SIMULATOR', origin: 'http://127.0.0.1:1', budget: UNLIMITED_BUDGET, purpose: 'ingestion', clock: { nowMs: () => 0 }, timer: never, send }).markets();
}

/** The order of a set, its fill, and when it was. */
export function orderIn({ samples }: SampleSet): { readonly order: Words; readonly fill: Words; readonly nowMs: number } {
  const rowOf = (wanted: string): Words => (samples.find(({ method }) => method === wanted)!.answer as readonly Words[])[0]!;
  const order = rowOf('fetchOrders');
  return { order, fill: rowOf('fetchMyTrades'), nowMs: Number(order['time']) };
}

function recorded(rules: MarketRules, price: number, nowMs: number): RecordedMarket {
  const columns = new CandleColumnsBuilder();
  const fromMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - HISTORY_MINUTES * MINUTE_MS;
  for (let minute = 0; minute < HISTORY_MINUTES + 60; minute++) {
    columns.push({ openTimeMs: fromMs + minute * MINUTE_MS, open: price, high: price, low: price, close: price, volume: 10_000 });
  }
  return { rules, recorded: { marketId: rules.marketId, intervalMs: MINUTE_MS, columns: columns.take() } };
}

/** The simulator with the markets of a set, at the time and the price of its order, with ccxt before it. The account has four times what the order sells. */
export async function openSampledExchange(set: SampleSet) {
  const { order, fill, nowMs } = orderIn(set);
  const price = Number(fill['quoteQty']) / Number(fill['qty']);
  const takerFee = String(Number(fill['commission']) / Number(fill['quoteQty']));
  const markets = (await rulesOf(set)).map((rules) => {
    const isSold = rules.marketId === order['symbol'];
    return recorded(isSold ? { ...rules, takerFee } : rules, isSold ? price : Number(rules.priceTick) * USUAL_TICKS, nowMs);
  });
  const exchange = openSimulatedExchange({ seed: 1, nowMs: () => nowMs, accounts: [ACCOUNT], markets, feeIn: 'quote', book: 'ideal' });
  exchange.venue.setFree(ACCOUNT.id, markets.find(({ rules }) => rules.marketId === order['symbol'])!.rules.base, String(4 * Number(order['origQty'])));
  const bodies: string[] = [];
  const answer: AnswerCcxt = async (request) => {
    const reply = await exchange.handle(asHttp(request), async () => undefined);
    if (reply.kind !== 'answered') throw new Error(reply.cause);
    bodies.push(reply.body);
    return reply;
  };
  return { exchange, ccxt: await openToldCcxt({ nowMs, credentials: CREDENTIALS, answer }), lastAnswer: () => JSON.parse(bodies.at(-1)!) as unknown, nowMs };
}

function asHttp({ url, method, headers }: Parameters<AnswerCcxt>[0]): HttpRequest {
  return { url, method, headers, timeoutMs: 10_000, isAlone: false };
}

/** ccxt before somebody who answers with one sample. */
export function openSampleTeller(set: SampleSet, { answer }: Pick<Sample, 'answer'>) {
  const tell: AnswerCcxt = async ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith('/exchangeInfo')) return json({ symbols: set.markets });
    return pathname.endsWith('/contract/detail') ? json({ success: true, code: 0, data: [] }) : json(answer);
  };
  return openToldCcxt({ nowMs: orderIn(set).nowMs, credentials: CREDENTIALS, answer: tell });
}
