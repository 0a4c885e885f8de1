import { formDifferences, unifiedKinds } from './answer-forms.js';
import { sampleSets, type Sample, type SampleSet } from './mexc-samples.js';
import { openSampledExchange, openSampleTeller, orderIn } from './sampled-exchange.js';

type Words = Readonly<Record<string, unknown>>;
type Ccxt = Awaited<ReturnType<typeof openSampleTeller>>;
type Sampled = Awaited<ReturnType<typeof openSampledExchange>>;

/** The words of ccxt, which it makes from the venue's. */
const UNIFIED_WORDS = ['status', 'side', 'type', 'timeInForce', 'takerOrMaker', 'symbol'];
/** Ours tells our id, and the samples have none. */
const OTHERWISE = ['clientOrderId'];

const firstOf = (value: unknown): Words => (Array.isArray(value) && !isCandle(value) ? value[0] : value) as Words;
const isCandle = (value: readonly unknown[]): boolean => typeof value[0] === 'number' || typeof value[0] === 'string';
const told = (client: Ccxt, { method, input }: Sample): Promise<unknown> => (client as unknown as Record<string, (...of: readonly unknown[]) => Promise<unknown>>)[method]!(...input);
const without = (value: Readonly<Record<string, string>>, names: readonly string[]) => Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
const pick = (value: Words, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, value[name]]));

/** What is asked of ours is asked of the order that ours has. */
const asked = (sample: Sample, ourId: string): Sample => (sample.method === 'fetchOrder' ? { ...sample, input: [ourId, sample.input[1]] } : sample);

const SETS: readonly SampleSet[] = sampleSets();

describe.each(SETS.map((set) => ({ from: set.from, set })))("the simulator's answers beside $from", ({ set }) => {
  let ours: Sampled;
  let ourId: string;
  const { order, fill } = orderIn(set);
  const symbol = String(set.samples.find(({ method }) => method === 'fetchOrders')!.input[0]);
  const quantity = Number(order['origQty']);

  beforeAll(async () => {
    ours = await openSampledExchange(set);
    // One that rests first, at half of the price, so that the sale is the newest.
    ours.exchange.venue.setFree('account-1', 'USDT', '100');
    await ours.ccxt.createOrder(symbol, 'limit', 'buy', 2 * quantity, Number(ours.ccxt.priceToPrecision(symbol, Number(fill['price']) / 2)));
    const { id } = await ours.ccxt.createOrder(symbol, 'market', 'sell', quantity);
    ourId = String(id);
  });

  it.each(set.samples.map((sample) => ({ method: sample.method, sample })))('$method: the same names in the same forms, and of the same to ccxt', async ({ sample }) => {
    const ourUnified = firstOf(await told(ours.ccxt, asked(sample, ourId)));
    expect(formDifferences(firstOf(ours.lastAnswer()), firstOf(sample.answer))).toEqual([]);
    const theirUnified = firstOf(await told(await openSampleTeller(set, sample), sample));
    expect(without(unifiedKinds(ourUnified), OTHERWISE)).toEqual(without(unifiedKinds(theirUnified), OTHERWISE));
  });

  it('an order that was filled there and is sent here comes to the same words and figures', async () => {
    const sample = set.samples.find(({ method }) => method === 'fetchOrders')!;
    const theirs = firstOf(await told(await openSampleTeller(set, sample), sample));
    const mine = (await ours.ccxt.fetchOrder(ourId, symbol)) as unknown as Words;
    // Where MEXC set its bound is known to be about 5 % off, and is not a price.
    const names = [...UNIFIED_WORDS, 'amount', 'filled', 'remaining', 'cost', 'average', 'timestamp', 'fee'];
    expect(pick(mine, names)).toEqual(pick(theirs, names));
    expect(Number(mine['price']) / Number(theirs['average'])).toBeCloseTo(0.95, 2);
    expect(String(mine['id'])).toMatch(/^C02__\d+$/u);
  });

  it('and so do its fills', async () => {
    const sample = set.samples.find(({ method }) => method === 'fetchMyTrades')!;
    const theirs = firstOf(await told(await openSampleTeller(set, sample), sample));
    const mine = (await ours.ccxt.fetchMyTrades(symbol)).find(({ order: of }) => of === ourId) as unknown as Words;
    const names = [...UNIFIED_WORDS, 'price', 'amount', 'cost', 'fee', 'timestamp'];
    expect(pick(mine, names)).toEqual(pick(theirs, names));
  });

  it.each(set.markets.map((info) => ({ marketId: String(info['symbol']), info })))('exchangeInfo of $marketId: read by our adapter and told again, it is the same', async ({ marketId, info }) => {
    const mine = (await ours.ccxt.fetchMarkets()) as unknown as readonly { readonly id: string; readonly info: Words }[];
    const market = mine.find(({ id }) => id === marketId)!;
    expect(formDifferences(market.info, info)).toEqual([]);
    // Names of coins are not kept; and the fee is that of the account, where the sample has a fill of it.
    const left = marketId === order['symbol'] ? ['fullName', 'takerCommission'] : ['fullName'];
    const texts = (words: Words) => without(Object.fromEntries(Object.entries(words).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)])), left);
    expect(texts(market.info)).toEqual(texts(info));
  });

  it("ccxt reads the markets' limits, precisions and fees from ours as from theirs", async () => {
    const theirs = (await openSampleTeller(set, { answer: null })).markets as Readonly<Record<string, Words>>;
    const mine = ours.ccxt.markets as Readonly<Record<string, Words>>;
    expect(Object.keys(mine).toSorted()).toEqual(Object.keys(theirs).toSorted());
    for (const [name, market] of Object.entries(theirs)) {
      const compared = ['id', 'base', 'quote', 'active', 'precision', 'limits', 'maker', ...(name === symbol ? [] : ['taker'])];
      expect(pick(mine[name]!, compared)).toEqual(pick(market, compared));
    }
  });

  it('a refusal is a code, words and nothing else', async () => {
    await expect(ours.ccxt.fetchOrder('C02__1', symbol)).rejects.toThrow('-2013');
    expect(formDifferences(ours.lastAnswer(), { code: -2_013, msg: 'Order does not exist.', _extend: null })).toEqual([]);
  });
});

it('both sets hold an order and its fill, so that nothing above compares nothing', () => {
  for (const set of SETS) expect(orderIn(set).order['orderId']).toBe(orderIn(set).fill['orderId']);
  expect(SETS[0]!.samples).toHaveLength(9);
});
