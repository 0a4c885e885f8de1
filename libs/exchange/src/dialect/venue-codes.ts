import type { RefusalReaction, VenueFailureKind } from '#application';

/** What is known of an order that the venue answered with a code: `unknown` may be live, all others are not. */
export type CodeVerdict = 'unknown' | { readonly isRetryable: boolean; readonly reaction: RefusalReaction };

const retry = (reaction: RefusalReaction): CodeVerdict => ({ isRetryable: true, reaction });
const final = (reaction: RefusalReaction): CodeVerdict => ({ isRetryable: false, reaction });

/**
 * MEXC's codes on the creation of an order, for the real one and the one within this process alike. ccxt's exception classes are no guide: they call 30018 a suspended account and
 * 500 a plain error. What is not listed is unknown.
 */
const ORDER_CODES: readonly (readonly [readonly string[], CodeVerdict])[] = [
  [['500', '501', '503', '504', '20002', '730000'], 'unknown'],
  [['603'], 'unknown'], // "Repeated request": there may be an earlier copy.
  [['429', '510'], retry('wait')],
  [['700003', '10073'], retry('resync-clock')],
  [['604', '801', '11444'], retry('open-breaker')],
  [['10101', '30004', '30005', '2005'], final('reconcile-balances')],
  [['30002', '30003', '10096', '10097', '30087', '30010', '30025', '88013'], final('refresh-rules')],
  [['30000', '30001', '30014', '30016', '30021', '10007', '-1121'], final('disable-market')],
  [['30018', '30019', '30041', '30027', '30028', '30029', '30030', '30031', '30032'], final('cool-down-market')],
  [['401', '403', '602', '10072', '70011', '700001', '700002', '700006', '700007', '60005'], final('halt-account')],
];

const READ_CODES: readonly (readonly [readonly string[], VenueFailureKind])[] = [
  [['500', '501', '503', '504', '20002', '730000', '603'], 'transient'],
  [['429', '510'], 'rate-limited'],
  [['700003', '10073'], 'clock-skew'],
  [['604', '801', '11444'], 'maintenance'],
  [['401', '402', '602', '1000', '10001', '10072', '140002', '700001', '700002', '700013'], 'auth'],
  [['403', '406', '511', '701', '702', '703', '704', '60005', '70011', '700006', '700007'], 'permission'],
  [['1001', '10007', '-1121', '30014', '30021'], 'unknown-market'],
];

/** An order that the venue does not find: it may merely not find it yet. */
const NOT_FOUND_CODES = new Set(['-2013', '-2011', '22222']);

const VERDICT_OF_CODE = new Map(ORDER_CODES.flatMap(([codes, verdict]) => codes.map((code) => [code, verdict] as const)));
const KIND_OF_CODE = new Map(READ_CODES.flatMap(([codes, kind]) => codes.map((code) => [code, kind] as const)));

export function verdictOfCode(code: string): CodeVerdict | null {
  return VERDICT_OF_CODE.get(code) ?? null;
}

export function kindOfCode(code: string): VenueFailureKind | null {
  return KIND_OF_CODE.get(code) ?? null;
}

export function saysNotFound(code: string | undefined): boolean {
  return code !== undefined && NOT_FOUND_CODES.has(code);
}
