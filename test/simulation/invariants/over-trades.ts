import { keyOf, type MemoryDatabase } from '../store/memory-database.js';
import type { AttemptRow, IntentRow, PlanRow } from '../store/rows.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How long nobody plans with the market of a dead order: reliability.md, by hand. */
const QUARANTINE_MS = 300_000;
/** Of what floats are rounded by. */
const HAIR = 1e-9;

interface OverTrade {
  readonly attempt: AttemptRow;
  readonly intent: IntentRow;
  readonly plan: PlanRow;
}

/**
 * Orders that were given up as dead though the exchange had filled them, each of which may be traded once more by the next
 * plan. How much that can come to: docs/adr/0016.
 */
export class OverTrades {
  private readonly known: OverTrade[] = [];

  constructor(private readonly database: MemoryDatabase) {}

  /** One more, as it is given up: in what it goes beyond the cap. */
  add(attempt: AttemptRow): readonly string[] {
    const intent = this.database.intents.get(attempt.intentId)!;
    const one = { attempt, intent, plan: this.database.plans.get(intent.planId)! };
    const excesses = [...this.valueExcesses(one), ...this.countExcesses(one)];
    this.known.push(one);
    return excesses.map((excess) => `${attempt.clientOrderId} was given up though it was filled, and ${excess}`);
  }

  private valueExcesses({ attempt, plan }: OverTrade): string[] {
    const { caps } = this.database.configurations.get(keyOf(plan.portfolioId, plan.configVersion))!.configuration;
    const since = (ms: number): number => this.sumOf(plan.portfolioId, attempt.createdMs - ms, attempt) + Number(attempt.notional);
    return [
      over('it is', Number(attempt.notional), caps.maxOrderFraction * plan.decision.totalValue),
      over('those of an hour come to', since(HOUR_MS), caps.maxHourlyTurnover * plan.decision.totalValue),
      over('those of a day come to', since(DAY_MS), caps.maxDailyTurnover * plan.decision.totalValue),
    ].flatMap((excess) => excess ?? []);
  }

  private sumOf(portfolioId: string, afterMs: number, { createdMs }: AttemptRow): number {
    const earlier = this.known.filter(({ attempt, plan }) => plan.portfolioId === portfolioId && attempt.createdMs > afterMs && attempt.createdMs <= createdMs);
    return earlier.reduce((sum, { attempt }) => sum + Number(attempt.notional), 0);
  }

  private countExcesses({ attempt, intent, plan }: OverTrade): string[] {
    const ofPlan = this.known.filter((other) => other.plan.id === plan.id);
    const soon = this.known.filter((other) => other.plan.portfolioId === plan.portfolioId && other.intent.marketId === intent.marketId && attempt.createdMs < other.attempt.changedMs + QUARANTINE_MS);
    return [
      ...ofPlan.map((other) => `so was ${other.attempt.clientOrderId} of the same plan`),
      ...soon.map((other) => `so was ${other.attempt.clientOrderId}, whose market was in quarantine still when it was claimed`),
    ];
  }
}

function over(what: string, value: number, most: number): string | null {
  return value > most * (1 + HAIR) + HAIR ? `${what} ${value} of at most ${most}` : null;
}
