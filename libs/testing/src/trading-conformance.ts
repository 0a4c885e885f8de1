/// <reference types="jest" />
import { Decimal as AnyDecimal } from 'decimal.js';
import type { MarketDataPort, OrderRequest, OrderTerms, SubmitOutcome, TradingPort, VenueFill, VenueOrder } from '#application';

/** As many digits as any venue's amounts have together: sums are exact. */
const Decimal = AnyDecimal.clone({ precision: 60 });
type Decimal = AnyDecimal;

export interface TradingSubject {
  readonly port: TradingPort;
  /** Of the same venue: where prices and rules are looked up. */
  readonly marketData: MarketDataPort;
  /** A market that is open to the API, and its two assets. The account holds 1,000 quote units or more. */
  readonly marketId: string;
  readonly base: string;
  readonly quote: string;
  /** Makes the venue take an order and lose its answer, or answer nonsense. */
  readonly loseAnswers?: () => Promise<void>;
  readonly heal?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const UNKNOWN_MARKET = 'NOSUCHCOINUSDT';
let ids = 0;

interface Trade {
  readonly clientOrderId: string;
  readonly order: VenueOrder;
  readonly fills: readonly VenueFill[];
}

/** What every adapter of TradingPort must do, whatever stands behind it. Registers tests under the name. */
export function tradingConformance(name: string, makeSubject: () => Promise<TradingSubject>): void {
  describe(`TradingPort by ${name}`, () => {
    let subject: TradingSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): TradingSubject => subject;
    describe('orders', () => testOrders(at));
    describe('refusals', () => testRefusals(at));
    describe('look-ups', () => testLookUps(at));
    describe('answers that are lost', () => testLostAnswers(at));
  });
}

function testOrders(at: () => TradingSubject): void {
  it('buys by quote value, and the fills, the order and the balances agree', async () => {
    const before = await freeOf(at());
    const { order, fills } = await trade(at(), { kind: 'market-buy', quoteValue: '50' });
    expect(order).toMatchObject({ side: 'buy', status: 'filled', marketId: at().marketId });
    expect(sumOf(fills, 'notional').lte(50)).toBe(true);
    expect(sumOf(fills, 'notional').gt(45)).toBe(true);
    expectAgreement(order, fills);
    await expectMoved(at(), before, fills);
  });

  it('sells by quantity, rounded to the step of the market', async () => {
    const before = await freeOf(at());
    const quantity = before.base.div(2).div(await stepOf(at())).floor().times(await stepOf(at()));
    const { order, fills } = await trade(at(), { kind: 'market-sell', quantity: quantity.toFixed() });
    expect(order).toMatchObject({ side: 'sell', status: 'filled' });
    expect(new Decimal(order.filledQuantity).eq(quantity)).toBe(true);
    expectAgreement(order, fills);
    await expectMoved(at(), before, fills);
  });

  it('leaves nothing resting of a limit that nobody meets', async () => {
    const { port, marketId } = at();
    const price = await roundedPrice(at(), 0.97);
    const quantity = await quantityWorth(at(), 20, price);
    const { order, fills } = await trade(at(), { kind: 'limit-ioc', side: 'buy', quantity, price });
    expect(order).toMatchObject({ status: 'canceled', filledQuantity: '0' });
    expect(fills).toEqual([]);
    expect(await port.openOrders(marketId)).toEqual([]);
    expect(await port.openOrders()).toEqual([]);
    expect((await port.balances()).filter(({ locked }) => Number(locked) > 0)).toEqual([]);
  });

  it('fills a limit that meets the book, at its price or better', async () => {
    const price = await roundedPrice(at(), 1.02);
    const quantity = await quantityWorth(at(), 20, price);
    const { order, fills } = await trade(at(), { kind: 'limit-ioc', side: 'buy', quantity, price });
    expect(order.status).toBe('filled');
    for (const fill of fills) expect(new Decimal(fill.price).lte(price)).toBe(true);
    expectAgreement(order, fills);
  });

  it('tells each fill once, oldest first, over any number of pages', async () => {
    const { port, marketId } = at();
    const sinceMs = (await at().marketData.serverTime()).serverMs - 1_000;
    const known = new Set((await port.fillsSince(marketId, sinceMs)).map(({ venueTradeId }) => venueTradeId));
    const sent = new Set<string>();
    for (let turn = 0; turn < 110; turn++) sent.add(acknowledgedId(await port.submit(await anOrder(at(), { kind: 'market-buy', quoteValue: '1.5' }))));
    const fills = (await port.fillsSince(marketId, sinceMs)).filter(({ venueTradeId }) => !known.has(venueTradeId));
    expect(new Set(fills.map(({ venueOrderId }) => venueOrderId))).toEqual(sent);
    expect(new Set(fills.map(({ venueTradeId }) => venueTradeId)).size).toBe(fills.length);
    const times = fills.map(({ filledMs }) => filledMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
}

function testRefusals(at: () => TradingSubject): void {
  const refusalOf = async (terms: OrderTerms, change: Partial<OrderRequest> = {}): Promise<SubmitOutcome> =>
    at().port.submit({ ...(await anOrder(at(), terms)), ...change });

  it('refuses less than the smallest notional: the rules are to be read again', async () => {
    const refusal = { proof: 'venue', isRetryable: false, reaction: 'refresh-rules' };
    expect(await refusalOf({ kind: 'market-buy', quoteValue: '0.5' })).toMatchObject({ kind: 'refused', refusal });
  });

  it('refuses more than is there: the balances are to be read again', async () => {
    const { quote } = await freeOf(at());
    const refusal = { proof: 'venue', isRetryable: false, reaction: 'reconcile-balances' };
    expect(await refusalOf({ kind: 'market-buy', quoteValue: quote.plus(1_000).toFixed(2) })).toMatchObject({ kind: 'refused', refusal });
  });

  it('refuses a market that there is not: it is to be disabled', async () => {
    const refusal = { proof: 'venue', isRetryable: false, reaction: 'disable-market' };
    expect(await refusalOf({ kind: 'market-buy', quoteValue: '20' }, { marketId: UNKNOWN_MARKET })).toMatchObject({ kind: 'refused', refusal });
  });

  it.each([
    ['late', -20_000],
    ['early', 20_000],
  ])('refuses an order that comes too %s: the clock is to be read, and a new attempt may follow', async (_name, shiftMs) => {
    const signMs = (await at().marketData.serverTime()).serverMs + shiftMs;
    const refusal = { proof: 'venue', isRetryable: true, reaction: 'resync-clock' };
    expect(await refusalOf({ kind: 'market-buy', quoteValue: '20' }, { signMs })).toMatchObject({ kind: 'refused', refusal });
  });

  it.each<[string, Partial<OrderRequest>]>([
    ['an id with a blank', { clientOrderId: 'a b' }],
    ['an id of 33 characters', { clientOrderId: 'a'.repeat(33) }],
    ['a quantity of nothing', { terms: { kind: 'market-sell', quantity: '0' } }],
    ['a quantity with an exponent', { terms: { kind: 'market-sell', quantity: '1e-7' } }],
    ['a negative price', { terms: { kind: 'limit-ioc', side: 'buy', quantity: '1', price: '-1' } }],
    ['a value that is no number', { terms: { kind: 'market-buy', quoteValue: 'NaN' } }],
    ['a time that is none', { signMs: Number.NaN }],
    ['a window over a minute', { receiveWindowMs: 60_001 }],
  ])('sends nothing of an order with %s', async (_name, change) => {
    const refusal = { proof: 'not-sent', isRetryable: false };
    expect(await refusalOf({ kind: 'market-buy', quoteValue: '20' }, change)).toMatchObject({ kind: 'refused', refusal });
  });

  it('leaves no trace of what it refused', async () => {
    const before = await freeOf(at());
    const order = await anOrder(at(), { kind: 'market-buy', quoteValue: '0.5' });
    await at().port.submit(order);
    expect(await at().port.order(at().marketId, order.clientOrderId)).toEqual({ kind: 'not-found' });
    expect(await freeOf(at())).toEqual(before);
  });
}

function testLookUps(at: () => TradingSubject): void {
  it('do not find what was never sent', async () => {
    const { port, marketId } = at();
    expect(await port.order(marketId, newId())).toEqual({ kind: 'not-found' });
    expect(await port.cancel(marketId, newId())).toEqual({ kind: 'not-open' });
  });

  it('find an order that is done, which cannot be canceled any more', async () => {
    const { clientOrderId } = await trade(at(), { kind: 'market-buy', quoteValue: '10' });
    expect(await at().port.cancel(at().marketId, clientOrderId)).toEqual({ kind: 'not-open' });
    expect(await at().port.order(at().marketId, clientOrderId)).toMatchObject({ kind: 'found', order: { status: 'filled' } });
  });

  it('tell no fills of the time before', async () => {
    await trade(at(), { kind: 'market-buy', quoteValue: '10' });
    const { serverMs } = await at().marketData.serverTime();
    expect(await at().port.fillsSince(at().marketId, serverMs + 1)).toEqual([]);
  });

  it('tell which markets the account may trade', async () => {
    const open = await at().port.apiMarketIds();
    expect(open === null || open.has(at().marketId)).toBe(true);
  });
}

function testLostAnswers(at: () => TradingSubject): void {
  afterEach(() => at().heal?.());

  it('are unknown, and the order is found by its id with all of its fills', async () => {
    const { port, marketId, loseAnswers, heal } = at();
    const order = await anOrder(at(), { kind: 'market-buy', quoteValue: '10' });
    const sinceMs = order.signMs - 5_000;
    await loseAnswers?.();
    expect(await port.submit(order)).toMatchObject({ kind: loseAnswers === undefined ? 'acknowledged' : 'unknown' });
    await heal?.();
    const found = await port.order(marketId, order.clientOrderId);
    if (found.kind === 'not-found') throw new Error('the order is not found');
    expectAgreement(found.order, await fillsOf(port, found.order, sinceMs));
  });
}

function newId(): string {
  ids += 1;
  return `c${Date.now().toString(36)}${process.pid.toString(36)}x${ids}`;
}

async function anOrder({ marketData, marketId }: TradingSubject, terms: OrderTerms): Promise<OrderRequest> {
  const { serverMs } = await marketData.serverTime();
  return { marketId, clientOrderId: newId(), terms, signMs: serverMs, receiveWindowMs: 5_000 };
}

/** Sends an order that the venue takes, and tells what became of it. */
async function trade(subject: TradingSubject, terms: OrderTerms): Promise<Trade> {
  const { port, marketId } = subject;
  const request = await anOrder(subject, terms);
  const venueOrderId = acknowledgedId(await port.submit(request));
  const found = await port.order(marketId, request.clientOrderId);
  if (found.kind === 'not-found') throw new Error(`the order ${request.clientOrderId} is not found`);
  expect(found.order).toMatchObject({ venueOrderId, marketId });
  return { clientOrderId: request.clientOrderId, order: found.order, fills: await fillsOf(port, found.order, request.signMs - 5_000) };
}

function acknowledgedId(outcome: SubmitOutcome): string {
  if (outcome.kind !== 'acknowledged') throw new Error(`not acknowledged: ${JSON.stringify(outcome)}`);
  return outcome.venueOrderId;
}

async function fillsOf(port: TradingPort, order: VenueOrder, sinceMs: number): Promise<VenueFill[]> {
  return (await port.fillsSince(order.marketId, sinceMs)).filter(({ venueOrderId }) => venueOrderId === order.venueOrderId);
}

function sumOf(fills: readonly VenueFill[], field: 'quantity' | 'notional' | 'fee'): Decimal {
  return fills.reduce((sum, fill) => sum.plus(fill[field]), new Decimal(0));
}

function expectAgreement(order: VenueOrder, fills: readonly VenueFill[]): void {
  expect(fills.length).toBeGreaterThan(0);
  expect(sumOf(fills, 'quantity').toFixed()).toBe(new Decimal(order.filledQuantity).toFixed());
  expect(sumOf(fills, 'notional').toFixed()).toBe(new Decimal(order.filledNotional).toFixed());
  for (const { side, marketId, price, quantity, notional } of fills) {
    expect({ side, marketId }).toEqual({ side: order.side, marketId: order.marketId });
    // Venues round the notional of a fill to some decimals of the quote.
    expect(new Decimal(price).times(quantity).minus(notional).abs().lt('0.0001')).toBe(true);
  }
}

async function freeOf({ port, base, quote }: TradingSubject): Promise<{ base: Decimal; quote: Decimal }> {
  const balances = await port.balances();
  const free = (asset: string): Decimal => new Decimal(balances.find((balance) => balance.asset === asset)?.free ?? 0);
  return { base: free(base), quote: free(quote) };
}

/** What was bought came in and what it cost went out, fees in whatever they were taken in. */
async function expectMoved(subject: TradingSubject, before: { base: Decimal; quote: Decimal }, fills: readonly VenueFill[]): Promise<void> {
  const sign = fills[0]!.side === 'buy' ? 1 : -1;
  const feeIn = (asset: string): Decimal => sumOf(fills.filter(({ feeAsset }) => feeAsset === asset), 'fee');
  const after = await freeOf(subject);
  expect(after.base.toFixed()).toBe(before.base.plus(sumOf(fills, 'quantity').times(sign)).minus(feeIn(subject.base)).toFixed());
  expect(after.quote.toFixed()).toBe(before.quote.minus(sumOf(fills, 'notional').times(sign)).minus(feeIn(subject.quote)).toFixed());
}

async function stepOf({ marketData, marketId }: TradingSubject): Promise<string> {
  return (await marketData.markets()).find((market) => market.marketId === marketId)!.quantityStep;
}

async function roundedPrice({ marketData, marketId }: TradingSubject, ofAsk: number): Promise<string> {
  const { priceTick } = (await marketData.markets()).find((market) => market.marketId === marketId)!;
  const { tickers } = await marketData.bookTickers([marketId]);
  return new Decimal(tickers[0]!.askPrice).times(ofAsk).div(priceTick).floor().times(priceTick).toFixed();
}

async function quantityWorth(subject: TradingSubject, notional: number, price: string): Promise<string> {
  const step = await stepOf(subject);
  return new Decimal(notional).div(price).div(step).floor().times(step).toFixed();
}
