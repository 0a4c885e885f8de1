/** A harsh world of this length in simulated days, of this seed. */
export interface Killer {
  readonly seed: number;
  readonly days: number;
}

const at = (seed: number, days = 0.25): Killer => ({ seed, days });

/** The world that kills each mutant, pinned: found by a search, and short. */
export const KILLERS: Readonly<Record<string, Killer>> = {
  'naive-retry': at(1),
  'query-once-then-resend': at(1),
  'resend-the-dead': at(1),
  'fresh-timestamp': at(1),
  'no-settle-time': at(3),
  'same-id-again': at(1),
  'no-lease-epoch': at(1),
  'no-sweep': at(1),
  'ignores-halt': at(10),
  'ignores-portfolio-state': at(2),
  'ignores-account': at(26),
  'ignores-reduce-only': at(6),
  'ignores-quarantine': at(12),
  'ignores-breaker': at(12),
  'ignores-market': at(12),
  'ignores-caps': at(1),
  'forgets-deadline': at(1),
  'two-orders-at-once': at(2),
  'forgets-fees': at(1),
  'float-rounding': at(1),
  'books-twice': at(1),
  'nobodys-fills': at(1),
  'ends-too-early': at(2),
  'watermark-too-far': at(1),
  'unknown-deposits': at(1),
  'lost-is-not-sent': at(1),
  '5xx-is-refused': at(1),
  'believes-garbage': at(5),
  'sends-what-was-refused': at(34),
  'asks-nothing-more': at(9),
  'forgets-lost-jobs': at(2),
  'waits-for-ever': at(1),
  'skips-plan-version': at(1),
  'two-plans': at(1),
};
