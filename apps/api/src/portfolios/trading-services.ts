import type {
  AccountStore, ChangePortfolio, ChangePortfolioState, Clock, CreatePortfolio, DryRunner, EngageKillSwitch, EvaluationStore, ExecutionStore, ExplainPortfolio, Failpoint, IdSource, KillSwitchStore, LedgerStore, MoveFunds,
  PortfolioStore, ReadPortfolio, ReleaseKillSwitch, ReplayPortfolio, TradingReader,
} from '#application';

/** All that the routes of portfolios and trading need. Nothing here sends an order: that is for the executor alone. */
export interface TradingServices {
  readonly portfolios: Pick<PortfolioStore, 'find' | 'list' | 'equity' | 'requestLook' | 'configurations'>;
  readonly evaluations: Pick<EvaluationStore, 'evaluations'>;
  readonly plans: Pick<ExecutionStore, 'plan' | 'plans' | 'changePlan'>;
  readonly reader: TradingReader;
  readonly ledger: Pick<LedgerStore, 'transactions'>;
  readonly accounts: Pick<AccountStore, 'find' | 'list' | 'bookedBalances' | 'clearHalt' | 'requestReconciliation' | 'reconciliation'>;
  readonly killSwitches: Pick<KillSwitchStore, 'engaged' | 'history'>;
  readonly engage: Pick<EngageKillSwitch, 'run'>;
  readonly release: Pick<ReleaseKillSwitch, 'run'>;
  readonly create: Pick<CreatePortfolio, 'run'>;
  readonly change: Pick<ChangePortfolio, 'run'>;
  readonly state: Pick<ChangePortfolioState, 'run' | 'start'>;
  readonly moveFunds: Pick<MoveFunds, 'run'>;
  readonly read: Pick<ReadPortfolio, 'run'>;
  readonly explain: Pick<ExplainPortfolio, 'run'>;
  readonly replay: Pick<ReplayPortfolio, 'run'>;
  readonly dryRun: DryRunner;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** After a commit: the outbox has a new job. */
  readonly onQueued: () => void;
  readonly failpoint: Failpoint;
}
