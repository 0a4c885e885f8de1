import { decideRebalance, type RebalancePlan, type StrategyParameters } from '#domain';
import type { Panel } from '../columns/panel.js';
import type { EvaluationCounts, Rebalance, Trade } from '../report/backtest-report.js';
import { copyAccount, equityAt, openAccount, type Account, type FillContext } from './account.js';
import { EvaluationTally } from './evaluation-tally.js';
import { fillInitialAllocation, fillPlan } from './fill-plan.js';
import { MAX_SCAN_BARS, type ScanBars, type ScanRequest } from './scan-bars.js';

/** A rebalance before anybody has valued what it changed. */
export type FilledRebalance = Omit<Rebalance, 'interimGain' | 'attribution'>;

export interface LoopResult {
  readonly trades: readonly Trade[];
  readonly rebalances: readonly FilledRebalance[];
  readonly evaluations: EvaluationCounts;
  readonly equity: Float64Array;
  /** The holdings after the initial allocation, and its fills. */
  readonly start: { readonly account: Account; readonly trades: readonly Trade[] };
}

export type ProgressCallback = (barsDone: number, openTimeMs: number) => void;

const PROGRESS_EVERY_BARS = 16_384;

/** A plan and the bar on whose close it was decided. */
interface Decided {
  readonly plan: RebalancePlan;
  readonly bar: number;
}

/**
 * The backtest clock of strategy.md over one panel. Between two fills the holdings do not change, so whole blocks of
 * bars are scanned at once and `decideRebalance` is called only where the scan flags a bar.
 */
export class BacktestLoop {
  private readonly account: Account;
  private readonly request: ScanRequest;
  private readonly snapshot: { assets: readonly string[]; quantities: Float64Array; prices: Float64Array;
    cash: number; timeMs: number; lastFillMs: Float64Array };
  private readonly tally = new EvaluationTally();
  private readonly trades: Trade[] = [];
  private readonly rebalances: FilledRebalance[] = [];

  constructor(
    private readonly panel: Panel,
    private readonly parameters: StrategyParameters,
    private readonly scan: ScanBars,
    private readonly onProgress: ProgressCallback,
  ) {
    this.account = openAccount(panel.assets.length, parameters.initialCapital);
    const { quantities, lastFillMs, cash } = this.account;
    const { upsideThreshold, downsideThreshold, maxPosition } = parameters;
    this.request = {
      closes: panel.closes, closeRanges: panel.closeRanges, quantities, cash, fromBar: 0, toBar: 0, upsideThreshold, downsideThreshold, maxPosition,
      equity: new Float64Array(panel.bars), flaggedBars: new Int32Array(MAX_SCAN_BARS),
    };
    const prices = new Float64Array(panel.assets.length);
    this.snapshot = { assets: panel.assets, quantities, prices, cash, timeMs: 0, lastFillMs };
  }

  run(): LoopResult {
    const initialTrades = fillInitialAllocation(this.account, this.fillContext(0, 'close', null), this.parameters);
    this.trades.push(...initialTrades);
    const start = { account: copyAccount(this.account), trades: initialTrades };
    const isPlanDroppedAtEnd = this.walk();
    const evaluations = this.tally.counts(this.panel.bars, isPlanDroppedAtEnd);
    return { trades: this.trades, rebalances: this.rebalances, evaluations, equity: this.request.equity, start };
  }

  /** From plan to plan until the bars are used up; true where the last plan had no bar left to fill on. */
  private walk(): boolean {
    let bar = 0;
    while (bar < this.panel.bars) {
      const decided = this.nextPlan(bar);
      if (decided === null) return false;
      bar = decided.bar + 1;
      if (this.parameters.fillAt === 'close') {
        this.fill(decided, decided.bar, 'close');
        this.request.equity[decided.bar] = equityAt(this.account, this.panel.closes, decided.bar);
      } else if (bar < this.panel.bars) {
        this.fill(decided, bar, 'open');
      } else {
        return true;
      }
    }
    return false;
  }

  /** The first plan from `fromBar` on. Holdings are constant until then. */
  private nextPlan(fromBar: number): Decided | null {
    const { request, panel } = this;
    const isWorthless = this.account.quantities.every((quantity) => quantity === 0);
    request.cash = this.account.cash;
    this.snapshot.cash = this.account.cash;
    for (let bar = fromBar; bar < panel.bars; bar = request.toBar) {
      request.fromBar = bar;
      request.toBar = Math.min(bar - (bar % MAX_SCAN_BARS) + MAX_SCAN_BARS, panel.bars);
      const flagged = this.scan(request);
      const decided = this.firstPlanOf(flagged);
      if (isWorthless) this.tally.addWithoutValue(request.toBar - bar - flagged);
      this.reportProgress(bar, decided === null ? request.toBar : decided.bar + 1);
      if (decided !== null) return decided;
    }
    return null;
  }

  private firstPlanOf(flagged: number): Decided | null {
    for (let index = 0; index < flagged; index++) {
      const bar = this.request.flaggedBars[index]!;
      this.lookAt(bar);
      const decision = decideRebalance(this.snapshot, this.parameters);
      this.tally.add(decision);
      if (decision.kind === 'plan') return { plan: decision.plan, bar };
    }
    return null;
  }

  private lookAt(bar: number): void {
    const { snapshot, panel } = this;
    snapshot.timeMs = panel.openTimesMs[bar]!;
    for (let asset = 0; asset < snapshot.prices.length; asset++) snapshot.prices[asset] = panel.closes[asset]![bar]!;
  }

  private fill({ plan, bar: decidedBar }: Decided, filledBar: number, price: 'open' | 'close'): void {
    const index = this.rebalances.length;
    const at = this.fillContext(filledBar, price, index);
    const { legs, trades, cashChange } = fillPlan(plan, this.account, at, this.parameters);
    if (trades.length === 0) return;
    this.trades.push(...trades);
    const { kind, ratio } = plan.trigger;
    this.rebalances.push({
      index, decidedAtMs: plan.decidedAtMs, decidedBar, filledAtMs: at.timeMs, filledBar,
      asset: this.panel.assets[plan.trigger.asset]!, kind, ratio, legs, cashChange,
    });
  }

  private fillContext(bar: number, price: 'open' | 'close', rebalance: number | null): FillContext {
    const { assets, opens, closes, openTimesMs } = this.panel;
    return { assets, prices: price === 'open' ? opens : closes, bar, timeMs: openTimesMs[bar]!, rebalance };
  }

  /** Called where the bars done pass a multiple of the step, and at the end. */
  private reportProgress(fromBar: number, barsDone: number): void {
    const isStepPassed = Math.floor(fromBar / PROGRESS_EVERY_BARS) < Math.floor(barsDone / PROGRESS_EVERY_BARS);
    if (isStepPassed || barsDone === this.panel.bars) this.onProgress(barsDone, this.panel.openTimesMs[barsDone - 1]!);
  }
}
