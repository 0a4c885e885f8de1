import { VenueFailure, type VenueFill } from '#application';

/** Fills of a time range, both ends included, at most one page of them: whether the newest or the oldest is not said. */
export type AskFills = (fromMs: number, toMs: number) => Promise<readonly VenueFill[]>;

/** Rows that MEXC gives at once. */
export const FILLS_PAGE = 100;
/** 10,000 fills at the very least, in the worst order. */
const MAX_REQUESTS = 400;

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * All fills of a range, oldest first, each once. A page that may be cut off at either end has what lies before its oldest
 * and after its newest fill asked for too, down to and including their milliseconds.
 * @throws VenueFailure `malformed-response` where one millisecond holds a page or more, which cannot be told apart
 */
export async function readFills(ask: AskFills, whole: Range): Promise<VenueFill[]> {
  const found = new Map<string, VenueFill>();
  const ranges = [whole];
  for (let requests = 0; ranges.length > 0; requests++) {
    if (requests >= MAX_REQUESTS) throw tooMany(`more than ${MAX_REQUESTS} pages of fills`);
    const range = ranges.pop()!;
    const answer = await ask(range.fromMs, range.toMs);
    const page = answer.filter((fill) => isWithin(fill, range));
    for (const fill of page) found.set(fill.venueTradeId, fill);
    if (mayBeCut(answer)) ranges.push(...rangesBeside(page, range));
  }
  return [...found.values()].sort((a, b) => a.filledMs - b.filledMs || compareIds(a.venueTradeId, b.venueTradeId));
}

/** Whoever gives less than a hundred without a word gives a round number. */
function mayBeCut(answer: readonly VenueFill[]): boolean {
  return answer.length >= FILLS_PAGE || (answer.length > 0 && answer.length % 10 === 0);
}

function rangesBeside(page: readonly VenueFill[], { fromMs, toMs }: Range): Range[] {
  const times = page.map((fill) => fill.filledMs);
  const [oldestMs, newestMs] = [Math.min(...times), Math.max(...times)];
  if (page.length === 0) throw tooMany('a page of fills that were not asked for');
  const isOneMoment = oldestMs === newestMs;
  if (isOneMoment && page.length >= FILLS_PAGE) throw tooMany(`a page of fills in the millisecond ${oldestMs}`);
  const margin = isOneMoment ? 1 : 0; // Or the same range would be asked for again.
  const beside = [
    { fromMs, toMs: oldestMs - margin },
    { fromMs: newestMs + margin, toMs },
  ];
  return beside.filter((range) => range.fromMs <= range.toMs);
}

function isWithin({ filledMs }: VenueFill, { fromMs, toMs }: Range): boolean {
  return filledMs >= fromMs && filledMs <= toMs;
}

function tooMany(what: string): VenueFailure {
  return new VenueFailure('malformed-response', `${what}: they cannot all be told apart`, { cause: null });
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
