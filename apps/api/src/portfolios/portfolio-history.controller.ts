import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Portfolio } from '#application';
import {
  EquityQuery, EvaluationPage, ExplainQuery, Explanation, LedgerPage, ListEvaluationsQuery, ListLedgerQuery, ListPlansQuery, PlanPage, PortfolioEquity, PortfolioKey, PortfolioReplay,
  Reconciliation, ReplayQuery,
} from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { apiProblem } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { portfolioNotFound } from './portfolio-problems.js';
import { presentReconciliation, presentTransaction } from './present-account.js';
import { presentExplanation } from './present-explanation.js';
import { presentPlan } from './present-plan.js';
import { labelsOf, presentEvaluation } from './present-portfolio.js';
import { presentReplay } from './present-replay.js';
import type { TradingServices } from './trading-services.js';

const UNTIL_NOW = Number.MAX_SAFE_INTEGER;

@ApiTags('portfolios')
@Controller('v1/portfolios/:id')
export class PortfolioHistoryController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Get('explain')
  @Answers({
    summary: 'Why it trades or does not: for every asset its value, deviation, thresholds and trigger prices, now or as it was at a time, computed anew from what was stored',
    ok: { 200: Explanation }, problems: ['validation-failed', 'portfolio-not-found', 'evaluation-not-found'],
  })
  async explainPortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Query({ schema: ExplainQuery }) { at }: z.infer<typeof ExplainQuery>): Promise<Explanation> {
    const result = await this.trading.explain.run(key, at === undefined ? null : Date.parse(at));
    if (result.kind === 'not-found') throw portfolioNotFound(key);
    if (result.kind === 'never-looked-at') throw apiProblem('evaluation-not-found', `"${result.portfolio.name}" had not been looked at by ${at ?? 'now'}`);
    return presentExplanation(result.explanation);
  }

  @Get('plans')
  @Answers({ summary: 'List plans, newest first, by cursor', ok: { 200: PlanPage }, problems: ['validation-failed', 'portfolio-not-found'] })
  async listPlans(@Param('id', { schema: PortfolioKey }) key: string, @Query({ schema: ListPlansQuery }) { limit, after }: z.infer<typeof ListPlansQuery>): Promise<z.infer<typeof PlanPage>> {
    const portfolio = await this.found(key);
    const plans = await this.trading.plans.plans(portfolio.id, { limit: limit + 1, ...(after === undefined ? {} : { beforeId: after }) });
    const names = await this.assetNames(portfolio);
    return pageOf(plans, limit, ({ id }) => id, (plan) => presentPlan(plan, names(plan.configVersion)));
  }

  @Get('evaluations')
  @Answers({ summary: 'List looks, newest first, by cursor; holds for the same reason are one', ok: { 200: EvaluationPage }, problems: ['validation-failed', 'portfolio-not-found'] })
  async listEvaluations(
    @Param('id', { schema: PortfolioKey }) key: string,
    @Query({ schema: ListEvaluationsQuery }) { limit, after, at }: z.infer<typeof ListEvaluationsQuery>,
  ): Promise<z.infer<typeof EvaluationPage>> {
    const portfolio = await this.found(key);
    const options = { limit: limit + 1, ...(after === undefined ? {} : { beforeId: after }), ...(at === undefined ? {} : { atMs: Date.parse(at) }) };
    const evaluations = await this.trading.evaluations.evaluations(portfolio.id, options);
    const versions = await this.trading.portfolios.configurations(portfolio.id);
    const configurationOf = (version: number) => versions.find((one) => one.version === version)?.configuration ?? portfolio.configuration;
    return pageOf(evaluations, limit, ({ id }) => id, (evaluation) => presentEvaluation(evaluation, configurationOf(evaluation.configVersion)));
  }

  @Get('equity')
  @Answers({ summary: 'Equity over time, and the time-weighted return net of deposits and withdrawals', ok: { 200: PortfolioEquity }, problems: ['validation-failed', 'portfolio-not-found'] })
  async showEquity(@Param('id', { schema: PortfolioKey }) key: string, @Query({ schema: EquityQuery }) { from, to, points }: z.infer<typeof EquityQuery>): Promise<z.infer<typeof PortfolioEquity>> {
    const portfolio = await this.found(key);
    const found = await this.trading.portfolios.equity(portfolio.id, from === undefined ? 0 : Date.parse(from), to === undefined ? UNTIL_NOW : Date.parse(to), points);
    return {
      ...labelsOf(portfolio),
      timesMs: found.map(({ atMs }) => atMs), equity: found.map(({ equity }) => equity), cash: found.map(({ cash }) => cash), flows: found.map(({ flows }) => flows),
      returnIndex: found.map(({ returnIndex }) => returnIndex),
    };
  }

  @Get('ledger')
  @Answers({ summary: 'List transactions of the books, newest first, by cursor', ok: { 200: LedgerPage }, problems: ['validation-failed', 'portfolio-not-found'] })
  async showLedger(@Param('id', { schema: PortfolioKey }) key: string, @Query({ schema: ListLedgerQuery }) { limit, after }: z.infer<typeof ListLedgerQuery>): Promise<z.infer<typeof LedgerPage>> {
    const portfolio = await this.found(key);
    const transactions = await this.trading.ledger.transactions({ portfolioId: portfolio.id, limit: limit + 1, ...(after === undefined ? {} : { beforeKey: after }) });
    return pageOf(transactions, limit, (transaction) => transaction.key, presentTransaction);
  }

  @Get('replay')
  @Answers({
    summary: "Replay what was decided and done through the backtest's engine, and name the cause of every difference",
    ok: { 200: PortfolioReplay }, problems: ['validation-failed', 'portfolio-not-found'],
  })
  async replayPortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Query({ schema: ReplayQuery }) { from, to }: z.infer<typeof ReplayQuery>): Promise<PortfolioReplay> {
    const replay = await this.trading.replay.run(key, from === undefined ? 0 : Date.parse(from), to === undefined ? UNTIL_NOW : Date.parse(to));
    if (replay === null) throw portfolioNotFound(key);
    return presentReplay(replay);
  }

  @Post('reconcile')
  @HttpCode(202)
  @Answers({
    summary: "Compare the books of the portfolio's account with its venue: ask after the answer at /v1/reconciliations/{id}",
    ok: { 202: Reconciliation }, problems: ['validation-failed', 'portfolio-not-found'],
  })
  async reconcilePortfolio(@Param('id', { schema: PortfolioKey }) key: string): Promise<Reconciliation> {
    const { accountId } = await this.found(key);
    const { accounts, clock, ids, failpoint, onQueued } = this.trading;
    const run = { id: ids.next('rc'), accountId, cause: 'operator' as const, requestedMs: clock.nowMs() };
    await accounts.requestReconciliation(run);
    await failpoint('api.after_outbox_commit');
    onQueued();
    return presentReconciliation({ ...run, state: 'requested', isEqual: null, assetCount: null, differences: [], problem: null, finishedMs: null });
  }

  /** Deleted ones too, by their id: their books stay. */
  private async found(key: string): Promise<Portfolio> {
    const portfolio = await this.trading.portfolios.find(key);
    if (portfolio === null) throw portfolioNotFound(key);
    return portfolio;
  }

  private async assetNames(portfolio: Portfolio): Promise<(configVersion: number) => readonly string[]> {
    const versions = await this.trading.portfolios.configurations(portfolio.id);
    return (configVersion) => (versions.find(({ version }) => version === configVersion)?.configuration ?? portfolio.configuration).assets.map(({ base }) => base);
  }
}

/** `found` holds one more than the page where there are more. */
function pageOf<Item, Document>(found: readonly Item[], limit: number, cursorOf: (item: Item) => string, present: (item: Item) => Document) {
  const items = found.slice(0, limit);
  const hasMore = found.length > limit;
  return { data: items.map(present), page: { next: hasMore ? cursorOf(items.at(-1)!) : null, hasMore } };
}
