import type { DeclineReason, HoldReason, RebalanceDecision, TriggerKind } from '#domain';
import type { DeclinedCount, EvaluationCounts } from '../report/backtest-report.js';

const KINDS: readonly TriggerKind[] = ['upside', 'downside', 'limit'];
const REASONS: readonly DeclineReason[] = [
  'cooldown', 'sale-below-minimum', 'purchase-below-minimum', 'funds-below-minimum',
];

/** Counts what the evaluations came to. A bar that the scan did not flag is never shown to it: see `counts`. */
export class EvaluationTally {
  private planned = 0;
  private readonly held: Record<HoldReason, number> = {
    'no-value': 0, 'within-thresholds': 0, 'all-in-cooldown': 0, 'no-plan': 0,
  };
  private readonly declined = new Map<DeclineReason, Record<TriggerKind, number>>(
    REASONS.map((reason) => [reason, { upside: 0, downside: 0, limit: 0 }]),
  );

  add(decision: RebalanceDecision): void {
    if (decision.kind === 'plan') this.planned++;
    else this.held[decision.reason]++;
    for (const { reason, kind } of decision.declined) this.declined.get(reason)![kind]++;
  }

  /** Bars whose holdings are worth nothing, found without a decision. */
  addWithoutValue(bars: number): void {
    this.held['no-value'] += bars;
  }

  /** Every bar is evaluated once, so those that were not shown held within the thresholds. */
  counts(bars: number, isPlanDroppedAtEnd: boolean): EvaluationCounts {
    const shown = this.planned + Object.values(this.held).reduce((sum, count) => sum + count, 0);
    const held = { ...this.held, 'within-thresholds': this.held['within-thresholds'] + bars - shown };
    return { count: bars, planned: this.planned, held, declined: this.declinedCounts(), isPlanDroppedAtEnd };
  }

  private declinedCounts(): readonly DeclinedCount[] {
    return REASONS.flatMap((reason) => KINDS.flatMap((kind) => {
      const count = this.declined.get(reason)![kind];
      return count > 0 ? [{ kind, reason, count }] : [];
    }));
  }
}
