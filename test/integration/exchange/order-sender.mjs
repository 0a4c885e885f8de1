// A process of its own that sends one order, and tells what came of it as one line of JSON. Argument: the venue's origin.
import { UNLIMITED_BUDGET } from '#application';
import { createMexcTrading } from '#exchange';
import { systemClock, systemTimer } from '#platform';

const trading = createMexcTrading({
  venue: 'SIMULATOR', origin: process.argv[2], credentials: { apiKey: 'mx0-canary-key', secret: 'canary-secret' }, budget: UNLIMITED_BUDGET,
  purpose: 'execution', clock: systemClock, timer: systemTimer, timeoutMs: 5_000,
});
const order = { marketId: 'HANAUSDT', clientOrderId: 'rabc234', terms: { kind: 'market-buy', quoteValue: '25' }, signMs: Date.now(), receiveWindowMs: 5_000 };
process.stdout.write(`${JSON.stringify(await trading.submit(order))}\n`);
