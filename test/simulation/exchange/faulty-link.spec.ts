import type { OrderRequest } from '#application';
import { seededDraws } from '../../../apps/exchange-simulator/src/faults/seeded-draws.js';
import { FAULTY_FATES, NO_FAULTS, type FaultyFate, type LinkOdds } from './draw-fate.js';
import { aHeldExchange, type HeldOptions } from './held-exchange.js';

type Held = ReturnType<typeof aHeldExchange>;

const aRequest = (signal: AbortSignal) => ({ url: 'http://127.0.0.1:4010/api/v3/time', method: 'GET', headers: {}, timeoutMs: 1_000, isAlone: false, signal });
const always = (fate: FaultyFate): LinkOdds => ({ ...NO_FAULTS, orders: { [fate]: 1 } });

function aBuy({ time }: Held, change: Partial<OrderRequest> = {}): OrderRequest {
  return { marketId: 'HANAUSDT', clientOrderId: 'buy-1', terms: { kind: 'market-buy', quoteValue: '100' }, signMs: time.nowMs(), receiveWindowMs: 5_000, ...change };
}

const submitted = (held: Held, change?: Partial<OrderRequest>) => held.time.until(held.trading.submit(aBuy(held, change)));
const lookedUp = (held: Held) => held.time.until(held.trading.order('HANAUSDT', 'buy-1'));
const fillsOf = (held: Held, sinceMs: number) => held.time.until(held.trading.fillsSince('HANAUSDT', sinceMs));

describe('a way without faults', () => {
  it('takes an order there and back in virtual time, and the exchange books it', async () => {
    const held = aHeldExchange();
    const startMs = held.time.nowMs();
    expect(await submitted(held)).toMatchObject({ kind: 'acknowledged' });
    // Chance stands at a half: 20 + floor(0.5 x 281) = 160 ms each way.
    expect(held.time.nowMs() - startMs).toBe(320);
    expect(held.accepted).toEqual([{ clientOrderId: 'buy-1', atMs: startMs + 160 }]);
    expect(held.posts).toEqual([{ clientOrderId: 'buy-1', marketId: 'HANAUSDT', signedMs: startMs, sentMs: startMs, fate: 'ok' }]);
    expect(await lookedUp(held)).toMatchObject({ kind: 'found', order: { status: 'filled', filledQuantity: '1', filledNotional: '100' } });
    expect(await fillsOf(held, startMs)).toMatchObject([{ clientOrderId: 'buy-1', quantity: '1', price: '100', fee: '0.05', feeAsset: 'USDT', filledMs: startMs + 160 }]);
    // 1000 - 100 - 0.05 % of 100.
    expect(await held.time.until(held.trading.balances())).toEqual([{ asset: 'HANA', free: '1', locked: '0' }, { asset: 'USDT', free: '899.95', locked: '0' }]);
  });

  it('leaves no timeout behind on the clock', async () => {
    const held = aHeldExchange();
    await submitted(held);
    expect(held.time.waiting).toBe(0);
    expect(held.link.counts()).toEqual({ requests: 1, posts: 1, timeouts: 0, laggingLookups: 0, fates: { ok: 1 }, postFates: { ok: 1 } });
  });

  it("signs as ccxt signs: an account's secret that is not the exchange's is found out", async () => {
    const held = aHeldExchange({ accounts: [{ id: 'account-1', key: 'key-of-account-1', secret: 'another' }] });
    expect(await submitted(held)).toMatchObject({ kind: 'refused', refusal: { proof: 'venue', code: '700002', reaction: 'halt-account' } });
    expect(held.accepted).toEqual([]);
  });

  it('judges a signature by the clock of the server, which may be set', async () => {
    const held = aHeldExchange();
    held.exchange.state.clock.setShift(30_000);
    expect(await submitted(held)).toMatchObject({ kind: 'refused', refusal: { code: '700003', reaction: 'resync-clock' } });
    // Questions are signed with the server's time as it was read.
    expect(await held.time.until(held.trading.balances())).toMatchObject([{ asset: 'USDT', free: '1000' }]);
  });
});

interface Row {
  readonly fate: FaultyFate;
  readonly outcome: object;
  readonly accepted: 0 | 1 | 2;
  /** Milliseconds until the sender knows, where chance stands at a half. */
  readonly knownAfterMs: number;
}

const refused = (more: object): object => ({ kind: 'refused', refusal: more });
const unknown = (more: object = {}): object => ({ kind: 'unknown', ...more });

/** The sender's timeout is 10 s; late is 3 + 0.5 x 57 = 31.5 s, and the order's window closes after 5 s. */
const ROWS: readonly Row[] = [
  { fate: 'refused-connection', outcome: refused({ proof: 'not-sent', isRetryable: true }), accepted: 0, knownAfterMs: 160 },
  { fate: 'silent-connection', outcome: refused({ proof: 'not-sent', isRetryable: true }), accepted: 0, knownAfterMs: 10_000 },
  { fate: 'lost-request', outcome: unknown(), accepted: 0, knownAfterMs: 10_000 },
  { fate: 'late-request', outcome: unknown(), accepted: 0, knownAfterMs: 10_000 },
  // 1 + 0.5 x 3 s later than it would: within the window still.
  { fate: 'torn-request', outcome: unknown(), accepted: 1, knownAfterMs: 160 },
  { fate: 'reset-before-acceptance', outcome: unknown(), accepted: 0, knownAfterMs: 320 },
  { fate: 'error-before-acceptance', outcome: unknown({ httpStatus: 503 }), accepted: 0, knownAfterMs: 320 },
  { fate: 'lost-reply', outcome: unknown(), accepted: 1, knownAfterMs: 10_000 },
  { fate: 'late-reply', outcome: unknown(), accepted: 1, knownAfterMs: 10_000 },
  { fate: 'reset-after-acceptance', outcome: unknown(), accepted: 1, knownAfterMs: 320 },
  { fate: 'cut-reply', outcome: unknown(), accepted: 1, knownAfterMs: 320 },
  { fate: 'error-after-acceptance', outcome: unknown({ httpStatus: 503 }), accepted: 1, knownAfterMs: 320 },
  { fate: 'garbled-reply', outcome: unknown({ httpStatus: 200 }), accepted: 1, knownAfterMs: 320 },
  { fate: 'refused-after-acceptance', outcome: refused({ proof: 'venue', isRetryable: false, code: '30002' }), accepted: 1, knownAfterMs: 320 },
  { fate: 'too-many-requests', outcome: refused({ proof: 'venue', isRetryable: true, reaction: 'wait', retryAfterMs: 15_000 }), accepted: 0, knownAfterMs: 320 },
  { fate: 'firewall', outcome: refused({ proof: 'venue', reaction: 'open-breaker', httpStatus: 403 }), accepted: 0, knownAfterMs: 320 },
  { fate: 'maintenance', outcome: refused({ proof: 'venue', reaction: 'open-breaker', code: '801' }), accepted: 0, knownAfterMs: 320 },
  { fate: 'access-refused', outcome: refused({ proof: 'venue', isRetryable: false, reaction: 'halt-account' }), accepted: 0, knownAfterMs: 320 },
  { fate: 'lying-refusal', outcome: refused({ proof: 'venue', isRetryable: false }), accepted: 0, knownAfterMs: 320 },
  { fate: 'unknown-code', outcome: unknown({ code: '20002' }), accepted: 0, knownAfterMs: 320 },
  { fate: 'replayed-request', outcome: { kind: 'acknowledged' }, accepted: 2, knownAfterMs: 320 },
];

describe('each fate', () => {
  it('has a row', () => {
    expect(ROWS.map(({ fate }) => fate).toSorted()).toEqual([...FAULTY_FATES].toSorted());
  });

  it.each(ROWS)('$fate: the sender is told after $knownAfterMs ms, the order accepted $accepted times', async ({ fate, outcome, accepted, knownAfterMs }) => {
    const held = aHeldExchange({ odds: always(fate) });
    const startMs = held.time.nowMs();
    expect(await submitted(held)).toMatchObject(outcome);
    expect(held.time.nowMs() - startMs).toBe(knownAfterMs);
    await held.time.pass(120_000);
    expect(held.accepted).toHaveLength(accepted);
    const isSent = !fate.endsWith('connection');
    expect(held.posts).toHaveLength(isSent ? 1 : 0);
    expect(held.link.counts()).toMatchObject({ posts: isSent ? 1 : 0, postFates: { [fate]: 1 } });
    held.link.setOdds(NO_FAULTS);
    expect(await lookedUp(held)).toMatchObject({ kind: accepted > 0 ? 'found' : 'not-found' });
  });
});

describe('what comes late', () => {
  it('is accepted after its sender gave up, where its window is still open', async () => {
    const held = aHeldExchange({ odds: always('late-request') });
    const startMs = held.time.nowMs();
    expect(await submitted(held, { receiveWindowMs: 60_000 })).toMatchObject({ kind: 'unknown' });
    held.link.setOdds(NO_FAULTS);
    expect(await lookedUp(held)).toEqual({ kind: 'not-found' });
    await held.time.pass(60_000);
    // 160 ms on the way and 3,000 + floor(0.5 x 57,001) = 31,500 ms late.
    expect(held.accepted).toEqual([{ clientOrderId: 'buy-1', atMs: startMs + 31_660 }]);
    expect(await lookedUp(held)).toMatchObject({ kind: 'found' });
  });

  it('is answered in time by a sender that waits long enough', async () => {
    const held = aHeldExchange({ odds: always('late-reply'), timeoutMs: 60_000 });
    expect(await submitted(held)).toMatchObject({ kind: 'acknowledged' });
    expect(held.link.counts().timeouts).toBe(0);
  });

  it('is replayed with both orders booked: twice 100 and twice 0.05', async () => {
    const held = aHeldExchange({ odds: always('replayed-request') });
    await submitted(held);
    expect(held.exchange.venue.balances('account-1')).toEqual([{ asset: 'HANA', free: '2', locked: '0' }, { asset: 'USDT', free: '799.9', locked: '0' }]);
    expect(held.posts).toHaveLength(1);
  });
});

describe('look-ups that lag', () => {
  it('do not see orders and fills that are younger than the lag, and see them afterwards', async () => {
    const held = aHeldExchange({ odds: { ...NO_FAULTS, lag: { chance: 1, mostMs: 120_000 } } });
    const startMs = held.time.nowMs();
    await submitted(held);
    expect(await lookedUp(held)).toEqual({ kind: 'not-found' });
    expect(await fillsOf(held, startMs)).toEqual([]);
    // 1,000 + floor(0.5 x 119,001) = 60,500 ms.
    await held.time.pass(60_000);
    expect(await lookedUp(held)).toMatchObject({ kind: 'found' });
    expect(await fillsOf(held, startMs)).toHaveLength(1);
    expect(held.link.counts().laggingLookups).toBe(4);
  });
});

describe('a sender that gives up', () => {
  it('before anything left, has sent nothing', async () => {
    const { link } = aHeldExchange();
    expect(await link.send(aRequest(AbortSignal.abort()))).toMatchObject({ kind: 'not-sent' });
    expect(link.counts().requests).toBe(0);
  });

  it('afterwards, has lost it at once', async () => {
    const { link } = aHeldExchange();
    const giveUp = new AbortController();
    const sent = link.send(aRequest(giveUp.signal));
    giveUp.abort();
    expect(await sent).toMatchObject({ kind: 'lost' });
    expect(link.counts().requests).toBe(1);
  });
});

describe('a stormy way', () => {
  const HARSH: LinkOdds = {
    orders: Object.fromEntries(FAULTY_FATES.map((fate) => [fate, fate === 'replayed-request' || fate === 'refused-after-acceptance' ? 0 : 0.03])),
    questions: { 'lost-request': 0.05, 'late-reply': 0.05, 'garbled-reply': 0.05, 'too-many-requests': 0.02 },
    lag: { chance: 0.3, mostMs: 120_000 },
  };
  const ORDERS = 150;

  async function aRun(options: HeldOptions) {
    const held = aHeldExchange({ odds: HARSH, ...options });
    held.exchange.venue.setFree('account-1', 'USDT', '1000000');
    const lines: string[] = [];
    for (let i = 0; i < ORDERS; i++) {
      const outcome = await submitted(held, { clientOrderId: `buy-${i}` });
      const lookup = await held.time.until(held.trading.order('HANAUSDT', `buy-${i}`).catch(() => ({ kind: 'failed' })));
      lines.push(`${held.time.nowMs()} ${JSON.stringify(outcome)} ${lookup.kind}`);
    }
    await held.time.pass(120_000);
    return { held, lines };
  }

  it('is the same to the letter for the same seed, and another for another', async () => {
    const [first, again, other] = [await aRun({ random: seededDraws(7) }), await aRun({ random: seededDraws(7) }), await aRun({ random: seededDraws(8) })];
    expect(again.lines).toEqual(first.lines);
    expect(again.held.link.counts()).toEqual(first.held.link.counts());
    expect(other.lines).not.toEqual(first.lines);
  });

  it('loses, doubles and invents nothing: what is acknowledged was accepted, what is refused was not, and nothing twice', async () => {
    const { held, lines } = await aRun({ random: seededDraws(11) });
    const acceptances = new Map<string, number>();
    for (const { clientOrderId } of held.accepted) acceptances.set(clientOrderId!, (acceptances.get(clientOrderId!) ?? 0) + 1);
    const kinds = lines.map((line) => /"kind":"(\w+)"/u.exec(line)![1]);
    kinds.forEach((kind, i) => {
      const count = acceptances.get(`buy-${i}`) ?? 0;
      expect([kind, count]).toEqual([kind, kind === 'acknowledged' ? 1 : kind === 'refused' ? 0 : Math.min(count, 1)]);
    });
    expect(new Set(kinds)).toEqual(new Set(['acknowledged', 'refused', 'unknown']));
    // Each accepted order bought 1 HANA.
    expect(held.exchange.venue.balances('account-1')[0]).toMatchObject({ asset: 'HANA', free: String(held.accepted.length) });
    expect(Object.keys(held.link.counts().postFates).length).toBeGreaterThan(12);
  });
});
