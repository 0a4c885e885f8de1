import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Of the first prices, so that the record is there whatever the time of day at which the replay begins. */
const LEAD_MINUTES = 5;

/** Prices of one moment, by base: all markets at once. */
export type PriceStep = Readonly<Record<string, number>>;

/**
 * A record of flat minutes for the simulator to replay: each step's prices for one minute. It lies some days back, since a
 * record of the future is refused, at this time of day, where the replay begins.
 */
export async function recordPrices(folder: string, steps: readonly PriceStep[]): Promise<readonly string[]> {
  const firstMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 3 * DAY_MS - LEAD_MINUTES * MINUTE_MS;
  const columns = [...Array.from({ length: LEAD_MINUTES }, () => steps[0]!), ...steps];
  await mkdir(folder, { recursive: true });
  for (const base of Object.keys(steps[0]!)) {
    const rows = columns.map((step, i) => rowOf(firstMs + i * MINUTE_MS, step[base]!));
    await writeFile(path.join(folder, `SIMULATOR_${base}_USDT_1m.csv`), `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
  }
  // The end of the lead: the replay begins within the minute of the first step, or a later one where starting took long.
  return ['--replay', folder, '--replay-from', new Date(firstMs + LEAD_MINUTES * MINUTE_MS).toISOString(), '--speed', '1', '--book', 'ideal'];
}

const rowOf = (openMs: number, price: number): string => [openMs, price, price, price, price, 1_000].join(',');
