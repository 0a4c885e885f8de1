import { SubmitBackfill } from '#contracts';
import { parseInstant } from '../backtest/instants.js';
import { failure, type CliFault } from '../terminal/cli-failure.js';

/** The flags of `candles fetch` that say what is wanted. */
export interface FetchFlags {
  readonly assets?: string;
  readonly exchange?: string;
  readonly quote?: string;
  readonly interval?: string;
  readonly from?: string;
  readonly to?: string;
  /** False by --no-follow. */
  readonly follow: boolean;
}

const REQUIRED = ['assets', 'interval', 'from'] as const;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const AGO = /^(\d{1,6})([mhdw])$/;

/** The request to send. Throws with every fault that can be seen here; what the exchange can give, the API says. */
export function buildFetchRequest(flags: FetchFlags, nowMs: number): SubmitBackfill {
  const missing = REQUIRED.filter((name) => flags[name] === undefined).map((name) => `--${name}`);
  if (missing.length > 0) throw missingOptions(missing);
  const [from, to] = [momentOf('from', flags.from, nowMs), momentOf('to', flags.to, nowMs)];
  const parsed = SubmitBackfill.safeParse({
    exchange: flags.exchange?.toUpperCase(),
    quote: flags.quote?.toUpperCase(),
    interval: flags.interval,
    assets: (flags.assets ?? '').split(',').map((name) => name.trim().toUpperCase()).filter((name) => name !== ''),
    // A moment that cannot be read is told below; its place is kept so that nothing else is said of it.
    from: from.iso ?? new Date(nowMs).toISOString(),
    to: to.iso,
    follow: flags.follow && flags.to === undefined,
  });
  const faults = [...from.faults, ...to.faults, ...(parsed.success ? [] : parsed.error.issues.map(faultOf))];
  if (!parsed.success || faults.length > 0) throw refused(faults);
  return parsed.data;
}

interface Moment {
  readonly iso?: string;
  readonly faults: readonly CliFault[];
}

/** `90d` and `36h` are that long ago; anything else is a moment as elsewhere. */
function momentOf(flag: 'from' | 'to', text: string | undefined, nowMs: number): Moment {
  if (text === undefined) return { faults: [] };
  const ago = AGO.exec(text);
  if (ago !== null) return { iso: new Date(nowMs - Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? 0)).toISOString(), faults: [] };
  const parsed = parseInstant(text);
  if (parsed.ok) return { iso: new Date(parsed.ms).toISOString(), faults: [] };
  const detail = `--${flag} ${parsed.rule}, or a span such as 90d or 36h (received ${JSON.stringify(text.slice(0, 40))})`;
  return { faults: [{ pointer: `/${flag}`, code: 'not-an-instant', detail }] };
}

function faultOf({ path, code, message }: { readonly path: readonly PropertyKey[]; readonly code: string; readonly message: string }): CliFault {
  return { pointer: path.map((part) => `/${String(part)}`).join(''), code, detail: message };
}

function missingOptions(missing: readonly string[]): Error {
  const detail = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  return failure('usage', { code: 'missing-option', title: 'Option missing', detail, remedy: 'rebalancer candles fetch --assets HANA,AIA --interval 1h --from 90d' });
}

function refused(errors: readonly CliFault[]): Error {
  const detail = errors.length === 1 ? 'the candles asked for are not named right' : `the candles asked for are not named right in ${errors.length} places`;
  return failure('invalid', { code: 'validation-failed', title: 'Fetch refused', detail, errors });
}
