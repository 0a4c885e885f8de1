import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runWorld } from './run-world.js';

interface Regression {
  readonly seed: number;
  readonly days: number;
  /** What went wrong in it once. */
  readonly why: string;
}

const REGRESSIONS = JSON.parse(readFileSync(path.join(import.meta.dirname, 'regressions.json'), 'utf8')) as readonly Regression[];

it.each(REGRESSIONS)('seed $seed, $days days, in which $why', async ({ seed, days }) => {
  const { violations, events } = await runWorld({ seed, days });
  expect(violations).toEqual([]);
  // A calm world has some six hundred.
  expect(events).toBeGreaterThan(500);
}, 600_000);
