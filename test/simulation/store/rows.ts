import type {
  AttemptRecord, IntentRecord, KillSwitch, LedgerTransaction, NewEvaluation, NewEquityPoint, PlanRecord, Portfolio, QueuedJob,
  ReconciliationRun, TradingAccount, VenueFill, VenueOrder, Breaker, VenueName, KnownMarket, VenueStatus,
} from '#application';
import type { DecimalText, Holder, PortfolioConfiguration } from '#domain';

/** Keys of two parts or more: none of the parts has a bar in it. */
export const keyOf = (one: string | number, other: string | number, third?: string | number): string => (third === undefined ? `${one}|${other}` : `${one}|${other}|${third}`);

/** Rows as Postgres has them (libs/persistence/src/migrations/trading), in the words of the application. Quantities are plain decimal text. */
export type AccountRow = TradingAccount;

/** Without its configuration, which stands in a table of its own. */
export type PortfolioRow = Omit<Portfolio, 'configuration' | 'configSha256'> & { readonly changedBy: string };

export interface ConfigurationRow {
  readonly portfolioId: string;
  readonly version: number;
  readonly configuration: PortfolioConfiguration;
  readonly sha256: string;
  readonly createdMs: number;
  readonly createdBy: string;
}

export type EvaluationRow = NewEvaluation['evaluation'] & {
  readonly portfolioId: string;
  readonly lookSeq: number;
  readonly firstMs: number;
  /** Null: it is the open one, whose end and number of looks stand with the portfolio's look. */
  readonly lastMs: number | null;
  readonly lookCount: number | null;
};

export interface LookRow {
  readonly portfolioId: string;
  readonly lookSeq: number;
  readonly lastLookMs: number | null;
  readonly nextLookMs: number | null;
  readonly lookRequestedMs: number | null;
  readonly evaluationId: string | null;
  readonly evaluationLooks: number;
}

export type EquityRow = NewEquityPoint & { readonly portfolioId: string; readonly atMs: number };

export type NewestEquityRow = Pick<EquityRow, 'portfolioId' | 'atMs' | 'configVersion'>;

/** With what the row has beside the record. */
export type PlanRow = PlanRecord & { readonly requeuedMs: number | null; readonly changedMs: number; readonly changedBy: string | null };
export type IntentRow = IntentRecord & { readonly requeuedMs: number | null; readonly changedMs: number; readonly changedBy: string | null };
export type AttemptRow = AttemptRecord & {
  readonly accountId: string;
  readonly portfolioId: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly changedMs: number;
  readonly changedBy: string | null;
};

export interface QuarantineRow {
  readonly accountId: string;
  readonly marketId: string;
  readonly untilMs: number;
  readonly reason: string;
}

export interface FillRow {
  readonly accountId: string;
  readonly marketId: string;
  readonly fill: VenueFill;
  readonly clientOrderId: string | null;
  readonly portfolioId: string | null;
  readonly bookedMs: number;
}

export interface WatermarkRow {
  readonly accountId: string;
  readonly marketId: string;
  readonly watermarkMs: number;
  readonly beginMs: number;
}

/** `id` grows by one from row to row. */
export type LedgerRow = LedgerTransaction & { readonly id: number };

export interface HoldingRow {
  readonly accountId: string;
  /** '': what is unassigned. */
  readonly portfolioId: string;
  readonly asset: string;
  readonly quantity: DecimalText;
  readonly lastFillMs: number | null;
}

export type ReconciliationRow = ReconciliationRun;

/** `isCurrent`: the newest of its scope, which is what holds. */
export type SwitchRow = KillSwitch & { readonly isCurrent: boolean };
export type BreakerRow = Breaker & { readonly openedMs: number };

export type OutboxRow = QueuedJob & { readonly id: number; readonly deliveredMs: number | null; readonly tries: number; readonly availableMs: number };

/** Who delivers the row at the moment: a row's lock, not a part of it. */
export interface OutboxLockRow { readonly outboxId: number; readonly holder: number; readonly untilMs: number }

export interface StateEventRow {
  readonly id: number;
  readonly entity: 'trading_account' | 'portfolio' | 'rebalance_plan' | 'order_intent' | 'order_attempt';
  readonly entityId: string;
  readonly from: string | null;
  readonly to: string;
  readonly atMs: number;
  readonly actor: string | null;
  readonly cause: string | null;
}

export type MarketRow = KnownMarket & { readonly venue: VenueName };
export type StatusRow = VenueStatus;
export interface WatchRow { readonly venue: VenueName; readonly watcher: string; readonly marketId: string; readonly shard: number | null }
export interface FlowRow { readonly portfolioId: string; readonly total: number }

export interface PaperBalanceRow { readonly accountId: string; readonly asset: string; readonly free: DecimalText }
export interface PaperOrderRow { readonly accountId: string; readonly clientOrderId: string; readonly marketId: string; readonly order: VenueOrder }
export interface PaperFillRow { readonly accountId: string; readonly marketId: string; readonly fill: VenueFill }

/** Whose a ledger entry is, as the key of a holding; null: nobody's that is kept (market, fees, external). */
export function holdingOf(holder: Holder): string | null {
  if (holder.kind === 'portfolio') return holder.portfolioId;
  return holder.kind === 'unassigned' ? '' : null;
}
