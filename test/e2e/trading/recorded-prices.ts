import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** How long each step lasts: starting takes less, so that the replay stands in the first one. */
const STEP_MINUTES = 10;
export const STEP_MS = STEP_MINUTES * MINUTE_MS;

/** Prices of one moment, by base: all markets at once. */
export type PriceStep = Readonly<Record<string, number>>;

/**
 * A record of flat minutes for the simulator to replay, STEP_MS of each step's prices. It lies some days back, since a
 * record of the future is refused, and begins at this time of day, where the replay begins too.
 */
export async function recordPrices(folder: string, steps: readonly PriceStep[]): Promise<readonly string[]> {
  const firstMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3 * DAY_MS;
  await mkdir(folder, { recursive: true });
  for (const base of Object.keys(steps[0]!)) {
    const rows = steps.flatMap((step, i) => Array.from({ length: STEP_MINUTES }, (_none, minute) => rowOf(firstMs + i * STEP_MS + minute * MINUTE_MS, step[base]!)));
    await writeFile(path.join(folder, `SIMULATOR_${base}_USDT_1m.csv`), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
  }
  return ['--replay', folder, '--replay-from', new Date(firstMs).toISOString(), '--speed', '1', '--book', 'ideal'];
}

const rowOf = (openMs: number, price: number): string => [openMs, price, price, price, price, 1_000].join(',');
