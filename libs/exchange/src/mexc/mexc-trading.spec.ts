import { createHmac } from 'node:crypto';
import { UNLIMITED_BUDGET, type OrderRequest } from '#application';
import { startScriptedVenue, type ScriptedVenue } from '#testing';
import { createMexcTrading } from './create-mexc.js';

const CREDENTIALS = { apiKey: 'mx0-key-of-the-test', secret: 'secret-of-the-test' };
const ORDER = 'POST /api/v3/order';
const noPause = { every: () => () => {}, pause: () => Promise.resolve() };

let venue: ScriptedVenue;
beforeEach(async () => {
  venue = await startScriptedVenue();
});
afterEach(() => venue.stop());

function trading() {
  return createMexcTrading({
    venue: 'SIMULATOR',
    origin: venue.origin,
    credentials: CREDENTIALS,
    budget: UNLIMITED_BUDGET,
    purpose: 'execution',
    clock: { nowMs: () => Date.now() },
    timer: noPause,
    timeoutMs: 2_000,
  });
}

function anOrder(changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    marketId: 'HANAUSDT',
    clientOrderId: 'rabc234',
    terms: { kind: 'market-buy', quoteValue: '25.10' },
    signMs: 1_764_000_000_123,
    receiveWindowMs: 4_000,
    ...changes,
  };
}

describe('submit', () => {
  it('signs with exactly the time that was saved, and sends text as it is', async () => {
    venue.answer(ORDER, { json: { symbol: 'HANAUSDT', orderId: 'C02__385413065019117569043' } });
    expect(await trading().submit(anOrder())).toEqual({ kind: 'acknowledged', venueOrderId: 'C02__385413065019117569043' });
    const [sent] = venue.to(ORDER);
    const query = sent!.target.split('?')[1]!;
    const [signed, signature] = query.split('&signature=');
    expect(signed).toBe(
      'symbol=HANAUSDT&side=BUY&type=MARKET&quoteOrderQty=25.10&newClientOrderId=rabc234&timestamp=1764000000123&recvWindow=4000',
    );
    expect(signature).toBe(createHmac('sha256', CREDENTIALS.secret).update(signed!).digest('hex'));
    expect(sent!.headers['x-mexc-apikey']).toBe(CREDENTIALS.apiKey);
    expect(venue.requests).toHaveLength(1);
  });
});
