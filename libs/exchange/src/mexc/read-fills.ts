import { VenueFailure, type VenueFill } from '#application';

/**
 * Fills from `fromMs` on, up to `endMs`, of which nobody says whether it is itself included; at most one page of them:
 * whether the newest or the oldest is not said either.
 */
export type AskFills = (fromMs: number, endMs: number) => Promise<readonly VenueFill[]>;

/** Rows that MEXC gives at once. */
export const FILLS_PAGE = 100;
/** 10,000 fills at the very least, in the worst order. */
const MAX_REQUESTS = 400;

interface Asked {
  readonly fromMs: number;
  readonly endMs: number;
}

/**
 * All fills of a range, both ends included, oldest first, each once. A page that may be cut off at either end has what lies
 * before its oldest and after its newest fill asked for too, down to and including their milliseconds.
 * @throws VenueFailure `malformed-response` where one millisecond holds a page or more, which cannot be told apart
 */
export async function readFills(ask: AskFills, whole: { readonly fromMs: number; readonly toMs: number }): Promise<VenueFill[]> {
  const found = new Map<string, VenueFill>();
  const open: Asked[] = [{ fromMs: whole.fromMs, endMs: whole.toMs + 1 }];
  for (let requests = 0; open.length > 0; requests++) {
    if (requests >= MAX_REQUESTS) throw tooMany(`more than ${MAX_REQUESTS} pages of fills`);
    const asked = open.pop()!;
    const answer = await ask(asked.fromMs, asked.endMs);
    const page = answer.filter(({ filledMs }) => filledMs >= asked.fromMs && filledMs <= asked.endMs);
    for (const fill of page) if (fill.filledMs <= whole.toMs) found.set(fill.venueTradeId, fill);
    if (mayBeCut(answer)) open.push(...besides(page, asked));
  }
  return [...found.values()].sort((a, b) => a.filledMs - b.filledMs || compareIds(a.venueTradeId, b.venueTradeId));
}

/** Whoever gives less than a hundred without a word gives a round number. */
function mayBeCut(answer: readonly VenueFill[]): boolean {
  return answer.length >= FILLS_PAGE || (answer.length > 0 && answer.length % 10 === 0);
}

/** Each shorter than what was asked, so that it comes to an end. */
function besides(page: readonly VenueFill[], { fromMs, endMs }: Asked): Asked[] {
  if (page.length === 0) throw tooMany('a page of fills that were not asked for');
  const times = page.map((fill) => fill.filledMs);
  const [oldestMs, newestMs] = [Math.min(...times), Math.max(...times)];
  const isOneMoment = oldestMs === newestMs;
  if (isOneMoment && page.length >= FILLS_PAGE) throw tooMany(`a page of fills in the millisecond ${oldestMs}`);
  const before = { fromMs, endMs: Math.min(isOneMoment ? oldestMs : oldestMs + 1, endMs - 1) };
  const after = { fromMs: isOneMoment ? newestMs + 1 : newestMs, endMs };
  return [before, after].filter((asked) => asked.fromMs <= asked.endMs);
}

function tooMany(what: string): VenueFailure {
  return new VenueFailure('malformed-response', `${what}: they cannot all be told apart`, { cause: null });
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
