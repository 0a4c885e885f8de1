import { casesOf, readFixtures, type FixtureCase } from './mexc-fixtures.js';
import { runScript, startSimulatorProcess, type SimulatorProcess } from './simulator-process.js';

interface Seen {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly isSigned: boolean;
}

const HANA = {
  id: 'HANAUSDT', symbol: 'HANA/USDT', base: 'HANA', quote: 'USDT', baseId: 'HANA', quoteId: 'USDT', type: 'spot', spot: true, active: true,
  precision: { amount: 0.01, price: 0.000001 }, limits: {}, info: {},
};
const SIGNED = 'timestamp=1&recvWindow=5000&signature=x';

/** Written from mexc.md, sections 1 and 2, for clones without the fixtures. */
const OWN: readonly FixtureCase[] = [
  { method: 'fetchTime', input: [], url: '/api/v3/time' },
  { method: 'fetchOHLCV', input: ['HANA/USDT', '1h', null, 5], url: '/api/v3/klines?symbol=HANAUSDT&interval=60m&limit=5' },
  { method: 'fetchTickers', input: [], url: '/api/v3/ticker/24hr' },
  { method: 'fetchOrderBook', input: ['HANA/USDT', 20], url: '/api/v3/depth?symbol=HANAUSDT&limit=20' },
  { method: 'createOrder', input: ['HANA/USDT', 'market', 'buy', 0, null, { cost: 25, clientOrderId: 'own-1' }], url: `/api/v3/order?symbol=HANAUSDT&side=BUY&type=MARKET&quoteOrderQty=25&newClientOrderId=own-1&${SIGNED}` },
  { method: 'createOrder', input: ['HANA/USDT', 'market', 'sell', 12.349], url: `/api/v3/order?symbol=HANAUSDT&side=SELL&type=MARKET&quantity=12.34&${SIGNED}` },
  { method: 'fetchOrder', input: [null, 'HANA/USDT', { clientOrderId: 'own-1' }], url: `/api/v3/order?symbol=HANAUSDT&origClientOrderId=own-1&${SIGNED}` },
  { method: 'fetchMyTrades', input: ['HANA/USDT', null, 100], url: `/api/v3/myTrades?symbol=HANAUSDT&limit=100&${SIGNED}` },
  { method: 'fetchBalance', input: [], url: `/api/v3/account?${SIGNED}` },
  { method: 'cancelAllOrders', input: ['HANA/USDT'], url: `/api/v3/openOrders?symbol=HANAUSDT&${SIGNED}` },
];

const SETS = [
  { name: 'our own', markets: { 'HANA/USDT': HANA }, cases: OWN },
  { name: "ccxt's", markets: readFixtures('markets'), cases: casesOf(readFixtures('request')) },
].filter(({ cases }) => cases.length > 0);

let simulator: SimulatorProcess;
beforeAll(async () => { simulator = await startSimulatorProcess(['--no-rate-limit']); });
afterAll(() => simulator.app.stop());

/** Times and signatures are another's in each run. */
function withoutTimes({ path, parameters, isSigned }: Seen): Seen {
  const kept = Object.entries(parameters).filter(([name]) => name !== 'timestamp' && name !== 'signature');
  return { path, parameters: Object.fromEntries(kept), isSigned };
}

function expectedOf({ url }: FixtureCase): Seen {
  const { pathname, searchParams } = new URL(url!, 'https://api.mexc.com');
  return withoutTimes({ path: pathname, parameters: Object.fromEntries(searchParams), isSigned: searchParams.has('signature') });
}

it.each(SETS)('every request of $name cases arrives as ccxt builds it', async ({ markets, cases }) => {
  await simulator.control('DELETE', '/counters');
  const outcomes = await runScript('send-requests.ts', [], { url: simulator.url, markets, calls: cases.map(({ method, input }) => ({ method, input })) });
  expect(outcomes).toHaveLength(cases.length);
  const { requests } = (await simulator.control('GET', '/requests')) as { readonly requests: readonly Seen[] };
  expect(requests.map(withoutTimes)).toEqual(cases.map(expectedOf));
  // Whatever was refused was refused for its content: ccxt's signatures hold.
  for (const { outcome } of outcomes) expect(outcome).not.toMatch(/70000[23]|10072|404/u);
});
