/**
 * Drives ccxt's mexc class against a running simulator, unchanged but for its addresses, and prints what it got as JSON
 * lines: `npm run simulator` in one terminal, `node --import tsx test/e2e/simulator/drive-ccxt.ts URL [KEY SECRET]` in another.
 */
import { openCcxt, type CcxtMexc } from './ccxt-client.js';

const HOUR_MS = 3_600_000;
const BARS = 3_000;
const PAGE = 500;

function tell(step: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`);
}

async function fetchBars(client: CcxtMexc, symbol: string, sinceMs: number): Promise<readonly (readonly number[])[]> {
  const bars: number[][] = [];
  while (bars.length < BARS) {
    const page = (await client.fetchOHLCV(symbol, '1h', sinceMs + bars.length * HOUR_MS, PAGE)) as number[][];
    if (page.length === 0) break;
    bars.push(...page);
  }
  return bars;
}

async function readMarket(client: CcxtMexc, symbol: string): Promise<void> {
  const markets = await client.loadMarkets();
  tell('loadMarkets', { markets: Object.keys(markets).length, precision: client.market(symbol).precision, limits: client.market(symbol).limits });
  const tickers = await client.fetchTickers();
  tell('fetchTickers', { tickers: Object.keys(tickers).length, symbol, last: tickers[symbol]?.last, bid: tickers[symbol]?.bid, ask: tickers[symbol]?.ask });
  const firstMs = Math.floor(client.milliseconds() / HOUR_MS) * HOUR_MS - BARS * HOUR_MS;
  const bars = await fetchBars(client, symbol, firstMs);
  const gaps = bars.filter((bar, index) => bar[0] !== firstMs + index * HOUR_MS).length;
  tell('fetchOHLCV', { bars: bars.length, gaps, first: new Date(bars[0]![0]!).toISOString(), last: new Date(bars.at(-1)![0]!).toISOString() });
  const book = await client.fetchOrderBook(symbol, 20);
  tell('fetchOrderBook', { bids: book.bids.length, asks: book.asks.length });
}

async function trade(client: CcxtMexc, symbol: string): Promise<void> {
  const before = await client.fetchBalance();
  tell('fetchBalance', { total: before.total });
  const buy = await client.createOrder(symbol, 'market', 'buy', 0, undefined, { cost: 100, clientOrderId: 'drive-buy-1' });
  tell('createOrder', { side: 'buy', id: buy.id, status: buy.status, filled: buy.filled, clientOrderId: buy.clientOrderId });
  const bought = await client.fetchOrder(buy.id!, symbol);
  tell('fetchOrder', { status: bought.status, clientOrderId: bought.clientOrderId, filled: bought.filled, cost: bought.cost, average: bought.average });
  const held = (await client.fetchBalance()) as unknown as Record<string, { free: number }>;
  const base = client.market(symbol).base;
  const sell = await client.createOrder(symbol, 'market', 'sell', held[base]!.free / 2);
  const sold = await client.fetchOrder(sell.id!, symbol);
  tell('createOrder', { side: 'sell', id: sell.id, sold: sold.filled, status: sold.status });
  const trades = await client.fetchMyTrades(symbol);
  tell('fetchMyTrades', { trades: trades.length, sides: trades.map(({ side }) => side), fee: trades[0]?.fee });
}

async function rest(client: CcxtMexc, symbol: string): Promise<void> {
  const { bid } = await client.fetchTicker(symbol);
  const price = Number(client.priceToPrecision(symbol, bid! * 0.5));
  const limit = await client.createOrder(symbol, 'limit', 'buy', Math.ceil(20 / price), price);
  const open = await client.fetchOpenOrders(symbol);
  tell('fetchOpenOrders', { open: open.length, isOurs: open[0]?.id === limit.id });
  await client.cancelOrder(limit.id!, symbol);
  tell('cancelOrder', { status: (await client.fetchOrder(limit.id!, symbol)).status, open: (await client.fetchOpenOrders(symbol)).length });
}

const [url, key = 'simulator-key', secret = 'simulator-secret'] = process.argv.slice(2);
if (url === undefined) throw new Error('which simulator? Give its address, as in http://127.0.0.1:4010');
const client = await openCcxt({ url: url.replace(/\/$/u, ''), key, secret });
const symbol = 'HANA/USDT';
await readMarket(client, symbol);
await trade(client, symbol);
await rest(client, symbol);
tell('done', {});
