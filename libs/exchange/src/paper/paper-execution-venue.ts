import { VenueFailure, type ExecutionVenue, type OrderBook } from '#application';
import { decimalText, flagNow, PRICE_LIMITS } from '#domain';
import { PaperTrading, type PaperParts } from './paper-trading.js';

/** More than any order asks for. */
const DEEP = '1000000000000000';

/** A paper account behind the interface of a live one. */
export function paperExecutionVenue(parts: PaperParts): ExecutionVenue {
  const { accountId, venue, clock, clockOffsetMs } = parts;
  const exchangeNowMs = (): number | null => {
    const offsetMs = clockOffsetMs();
    return offsetMs === null ? null : Math.floor(clock.nowMs() + offsetMs);
  };
  return {
    accountId, venue, mode: 'paper', exchangeNowMs,
    trading: new PaperTrading(parts),
    orderBook: (marketId) => orderBookAtMid(parts, marketId, exchangeNowMs()),
    resyncClock: () => Promise.resolve(), // Whoever reads the venue's prices reads its clock.
  };
}

async function orderBookAtMid({ prices, venue, clock }: PaperParts, marketId: string, venueNowMs: number | null): Promise<OrderBook> {
  const [price = null] = await readOrFail(() => prices.read(venue, [marketId]));
  const nowMs = clock.nowMs();
  const flag = flagNow(price, venueNowMs ?? nowMs, PRICE_LIMITS.staleMs);
  if (price === null || flag !== null) throw new VenueFailure('transient', `the price of ${marketId} is ${flag}`, { cause: null });
  const level = { price: decimalText(price.mid), quantity: DEEP };
  return { marketId, bids: [level], asks: [level], exchangeMs: price.exchangeMs, receivedMs: nowMs };
}

async function readOrFail<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    throw new VenueFailure('transient', 'the latest prices could not be read', { cause: error });
  }
}
