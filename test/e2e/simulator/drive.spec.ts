import { runScript, startSimulatorProcess, type SimulatorProcess } from './simulator-process.js';

type Facts = Readonly<Record<string, unknown>>;

/** The product's own script, which people run too: ccxt's class, unchanged, over HTTP. */
describe("ccxt's mexc class", () => {
  let simulator: SimulatorProcess;
  let lines: readonly Facts[];
  const of = (step: string): readonly Facts[] => lines.filter((line) => line['step'] === step);

  beforeAll(async () => {
    simulator = await startSimulatorProcess(['--seed', '3']);
    lines = await runScript('drive-ccxt.ts', [simulator.url]);
  });
  afterAll(() => simulator.app.stop());

  it('loads markets with their rules, and all tickers', () => {
    expect(of('loadMarkets')[0]).toMatchObject({ precision: { amount: 0.01 }, limits: { cost: { min: 1, max: 2_000_000 } } });
    const [tickers] = of('fetchTickers');
    expect(tickers).toMatchObject({ tickers: of('loadMarkets')[0]!['markets'] });
    expect(Number(tickers!['bid'])).toBeLessThan(Number(tickers!['ask']));
  });

  it('pages through 3,000 bars without a gap', () => {
    expect(of('fetchOHLCV')[0]).toMatchObject({ bars: 3_000, gaps: 0 });
  });

  it('buys by cost, sells by quantity, and is told nothing of the fills by the creation itself', () => {
    const [buy, sell] = of('createOrder');
    expect(buy).toEqual({ step: 'createOrder', side: 'buy', id: expect.stringMatching(/^C\d\d__\d+$/u) as string });
    expect(sell).toMatchObject({ side: 'sell', status: 'closed' });
    const [bought] = of('fetchOrder');
    expect(bought).toMatchObject({ status: 'closed', clientOrderId: 'drive-buy-1' });
    expect(Number(bought!['cost'])).toBeLessThanOrEqual(100);
    expect(Number(bought!['cost'])).toBeGreaterThan(99);
    expect(of('fetchMyTrades')[0]).toMatchObject({ sides: expect.arrayContaining(['buy', 'sell']) as unknown[], fee: { currency: 'USDT' } });
    expect(of('fetchBalance')[0]).toMatchObject({ total: { USDT: 10_000 } });
  });

  it('finds a resting order among the open ones, and cancels it', () => {
    expect(of('fetchOpenOrders')[0]).toMatchObject({ open: 1, isOurs: true });
    expect(of('cancelOrder')[0]).toMatchObject({ status: 'canceled', open: 0 });
    expect(of('done')).toHaveLength(1);
  });

  it('sent one POST for its client order id, which was accepted once', async () => {
    const counters = await simulator.control('GET', '/counters');
    expect(counters).toMatchObject({ postsByClientOrderId: { 'drive-buy-1': 1 }, acceptancesByClientOrderId: { 'drive-buy-1': 1 } });
  });
});
