import { clockFault, type ClockDistance } from '#application';
import { duration, whole } from '../terminal/figures.js';
import { failed, passed, warned, type CheckResult } from './check.js';

const WORTH_KNOWING_MS = 500;

const NAME = 'exchange clock';
const FIX = 'timedatectl set-ntp true';

const WHY = {
  ahead: 'requests dated more than 1 s ahead are refused',
  behind: 'ages of prices and closes of candles would be wrong',
} as const;

/** What the exchange's clock says of ours. */
export function clockVerdict(clock: ClockDistance): CheckResult {
  const { offsetMs, roundTripMs } = clock;
  const apart = `${distance(Math.abs(offsetMs))} ${offsetMs < 0 ? 'ahead of' : 'behind'} the exchange's (round trip ${duration(roundTripMs)})`;
  const fault = clockFault(clock);
  if (fault !== null) return failed(NAME, `this machine's clock is ${apart}; ${WHY[fault]}`, FIX);
  if (Math.abs(offsetMs) > WORTH_KNOWING_MS) return warned(NAME, `this machine's clock is ${apart}; more than 1 s ahead would be refused`, FIX);
  return passed(NAME, `this machine's clock is ${apart}`);
}

/** Where a second decides, seconds would be too coarse. */
const distance = (ms: number): string => (ms < 10_000 ? `${whole(ms)} ms` : duration(ms));
