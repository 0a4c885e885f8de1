import * as rows from './rows.js';
import { Table } from './table.js';

const { keyOf } = rows;

/** The trading tables in memory, without their rules. A transaction is one synchronous call, so transactions never meet; what throws in it is taken back whole. */
export class Tables {
  private undo: (() => void)[] | null = null;
  private readonly undoLog = { add: (undo: () => void): void => void this.undo?.push(undo) };
  private lastId = 0;

  readonly accounts = this.table<rows.AccountRow>('trading_account', ({ id }) => id);
  readonly portfolios = this.table<rows.PortfolioRow>('portfolio', ({ id }) => id);
  readonly configurations = this.table<rows.ConfigurationRow>('portfolio_configuration', ({ portfolioId, version }) => keyOf(portfolioId, version));
  readonly evaluations = this.table<rows.EvaluationRow>('evaluation', ({ id }) => id);
  readonly looks = this.table<rows.LookRow>('portfolio_look', ({ portfolioId }) => portfolioId);
  readonly equity = this.table<rows.EquityRow>('equity_point', ({ portfolioId, atMs }) => keyOf(portfolioId, atMs));
  /** Derived: the last point of each portfolio. */
  readonly newestEquity = this.table<rows.NewestEquityRow>('newest_equity', ({ portfolioId }) => portfolioId);
  readonly flows = this.table<rows.FlowRow>('portfolio_flow', ({ portfolioId }) => portfolioId);
  readonly plans = this.table<rows.PlanRow>('rebalance_plan', ({ id }) => id);
  readonly intents = this.table<rows.IntentRow>('order_intent', ({ id }) => id);
  readonly attempts = this.table<rows.AttemptRow>('order_attempt', ({ clientOrderId }) => clientOrderId);
  readonly quarantines = this.table<rows.QuarantineRow>('market_quarantine', ({ accountId, marketId }) => keyOf(accountId, marketId));
  readonly fills = this.table<rows.FillRow>('fill', ({ accountId, marketId, fill }) => keyOf(accountId, marketId, fill.venueTradeId));
  readonly watermarks = this.table<rows.WatermarkRow>('sweep_watermark', ({ accountId, marketId }) => keyOf(accountId, marketId));
  readonly ledger = this.table<rows.LedgerRow>('ledger_transaction', ({ key }) => key);
  readonly holdings = this.table<rows.HoldingRow>('holding', ({ accountId, portfolioId, asset }) => keyOf(accountId, portfolioId, asset));
  readonly reconciliations = this.table<rows.ReconciliationRow>('reconciliation_run', ({ id }) => id);
  readonly switches = this.table<rows.SwitchRow>('kill_switch', ({ scope, version }) => keyOf(scope, version));
  readonly breakers = this.table<rows.BreakerRow>('breaker', ({ key }) => key);
  readonly outbox = this.table<rows.OutboxRow>('outbox', ({ id }) => String(id));
  readonly outboxLocks = this.table<rows.OutboxLockRow>('outbox_lock', ({ outboxId }) => String(outboxId));
  readonly stateEvents = this.table<rows.StateEventRow>('state_event', ({ id }) => String(id));
  readonly markets = this.table<rows.MarketRow>('market', ({ venue, rules }) => keyOf(venue, rules.marketId));
  readonly statuses = this.table<rows.StatusRow>('venue_status', ({ venue }) => venue);
  readonly watches = this.table<rows.WatchRow>('price_watch', ({ venue, watcher, marketId }) => keyOf(venue, watcher, marketId));
  readonly paperBalances = this.table<rows.PaperBalanceRow>('paper_balance', ({ accountId, asset }) => keyOf(accountId, asset));
  readonly paperOrders = this.table<rows.PaperOrderRow>('paper_order', ({ accountId, clientOrderId }) => keyOf(accountId, clientOrderId));
  readonly paperFills = this.table<rows.PaperFillRow>('paper_fill', ({ accountId, fill }) => keyOf(accountId, fill.venueTradeId));

  /** `nowMs`: the database's own clock, for what Postgres stamps itself (the outbox). */
  constructor(readonly nowMs: () => number) {}

  /** The next of a sequence; gaps are usual. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** Runs the work as a whole or not at all. One inside another is part of the outer. */
  transaction<Value>(work: () => Value): Value {
    if (this.undo !== null) return work();
    const undo: (() => void)[] = [];
    this.undo = undo;
    try {
      return work();
    } catch (error) {
      this.undo = null;
      for (const step of undo.toReversed()) step();
      throw error;
    } finally {
      this.undo = null;
    }
  }

  private table<Row extends object>(name: string, key: (row: Row) => string): Table<Row> {
    return new Table(name, key, this.undoLog);
  }
}
