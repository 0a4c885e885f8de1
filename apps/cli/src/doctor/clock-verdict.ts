import { duration, whole } from '../terminal/figures.js';
import { failed, passed, warned, type CheckResult } from './check.js';

const WORTH_KNOWING_MS = 500;
/** MEXC refuses what is dated further ahead of its clock, whatever window the request allows. */
const AHEAD_REFUSED_MS = 1_000;
/** Cooldowns, ages of prices and closes of candles go by this machine's clock: so late they are all wrong. */
const BEHIND_REFUSED_MS = 30_000;

const NAME = 'exchange clock';
const FIX = 'timedatectl set-ntp true';

/** What the exchange's clock says of ours. `offsetMs`: theirs minus ours, right to within half of the round trip. */
export function clockVerdict({ offsetMs, roundTripMs }: { readonly offsetMs: number; readonly roundTripMs: number }): CheckResult {
  const apart = `${distance(Math.abs(offsetMs))} ${offsetMs < 0 ? 'ahead of' : 'behind'} the exchange's (round trip ${duration(roundTripMs)})`;
  if (-offsetMs >= AHEAD_REFUSED_MS) return failed(NAME, `this machine's clock is ${apart}; requests dated more than 1 s ahead are refused`, FIX);
  if (offsetMs > BEHIND_REFUSED_MS) return failed(NAME, `this machine's clock is ${apart}; ages of prices and closes of candles would be wrong`, FIX);
  if (Math.abs(offsetMs) > WORTH_KNOWING_MS) return warned(NAME, `this machine's clock is ${apart}; more than 1 s ahead would be refused`, FIX);
  return passed(NAME, `this machine's clock is ${apart}`);
}

/** Where a second decides, seconds would be too coarse. */
const distance = (ms: number): string => (ms < 10_000 ? `${whole(ms)} ms` : duration(ms));
