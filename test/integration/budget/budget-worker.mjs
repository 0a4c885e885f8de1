// A process of its own that takes from the budget as fast as it gets it, and tells when it got what: one JSON line at the end.
// Arguments: purpose, endpoint, weight, milliseconds, takers at the same time. REDIS_URL from the environment.
import { RedisRateBudget } from '#messaging';

const [purpose, endpoint, weight, durationMs, takers] = process.argv.slice(2);
const budget = new RedisRateBudget({ redisUrl: process.env.REDIS_URL, scope: 'TEST' });
const request = { endpoint, weight: Number(weight), isOrder: endpoint.startsWith('POST'), purpose };
const grants = [];
const stop = AbortSignal.timeout(Number(durationMs));

async function takeUntilStopped() {
  while (!stop.aborted) {
    try {
      await budget.take(request, stop);
      grants.push(Date.now());
    } catch {
      // Stopped, or its turn did not come in time: the loop's condition decides.
    }
  }
}

await Promise.all(Array.from({ length: Number(takers) }, takeUntilStopped));
budget.close();
process.stdout.write(`${JSON.stringify({ grants })}\n`);
