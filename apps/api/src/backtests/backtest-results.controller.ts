import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { BacktestResultReader, BacktestRun, BacktestRunStore } from '#application';
import {
  BacktestId, BacktestRebalancePage, BacktestSummary, BacktestTradePage, EvaluationCounts, PointsQuery, SeriesPoints, TradesQuery, WeightsPoints,
} from '#contracts';
import { Answers, type RouteAnswers } from '../docs/route-answers.js';
import { apiProblem, backtestNotFound } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { presentDrawdown, presentEquity, presentTrade, presentWeights } from './present-results.js';

type Points = z.infer<typeof PointsQuery>;
type Paging = z.infer<typeof TradesQuery>;

const PROBLEMS = ['validation-failed', 'backtest-not-found', 'run-not-finished'] as const;
const result = (summary: string, schema: z.ZodType): RouteAnswers => ({ summary, ok: { 200: schema }, problems: PROBLEMS });

/** What a completed run left behind, each part at an address of its own. */
@ApiTags('results')
@Controller('v1/backtests/:id')
export class BacktestResultsController {
  constructor(
    @Inject(TOKENS.runs) private readonly runs: Pick<BacktestRunStore, 'find'>,
    @Inject(TOKENS.results) private readonly results: BacktestResultReader,
  ) {}

  @Get('summary')
  @Answers(result('Figures, yardsticks and evaluations in a few kilobytes', BacktestSummary))
  async summary(@Param('id', { schema: BacktestId }) id: string): Promise<z.infer<typeof BacktestSummary>> {
    const run = await this.completed(id);
    const document = present(await this.results.document(id), id);
    return { ...document, id, figures: run.figures, notices: [...run.notices] };
  }

  @Get('equity')
  @Answers(result('Equity, thinned out to at most `points` with every extreme kept', SeriesPoints))
  async equity(@Param('id', { schema: BacktestId }) id: string, @Query({ schema: PointsQuery }) { points }: Points): Promise<object> {
    await this.completed(id);
    return presentEquity(present(await this.results.equity(id), id), points);
  }

  @Get('drawdown')
  @Answers(result('Drawdown from the highest equity so far, thinned out like equity', SeriesPoints))
  async drawdown(@Param('id', { schema: BacktestId }) id: string, @Query({ schema: PointsQuery }) { points }: Points): Promise<object> {
    await this.completed(id);
    return presentDrawdown(present(await this.results.equity(id), id), points);
  }

  @Get('weights')
  @Answers(result('Weights of the assets and of the reserve at evenly spread bars', WeightsPoints))
  async weights(@Param('id', { schema: BacktestId }) id: string, @Query({ schema: PointsQuery }) { points }: Points): Promise<object> {
    const run = await this.completed(id);
    return presentWeights(present(await this.results.weights(id), id), run.spec.assets, points);
  }

  @Get('trades')
  @Answers(result('Trades in their order, by cursor', BacktestTradePage))
  async trades(@Param('id', { schema: BacktestId }) id: string, @Query({ schema: TradesQuery }) { limit, after }: Paging): Promise<object> {
    await this.completed(id);
    const { items, next } = present(await this.results.trades(id, limit, after), id);
    return { data: items.map(presentTrade), page: { next, hasMore: next !== null } };
  }

  @Get('rebalances')
  @Answers(result('Rebalances with their legs and their attribution, by cursor', BacktestRebalancePage))
  async rebalances(@Param('id', { schema: BacktestId }) id: string, @Query({ schema: TradesQuery }) { limit, after }: Paging): Promise<object> {
    await this.completed(id);
    const { items, next } = present(await this.results.rebalances(id, limit, after), id);
    return { data: items, page: { next, hasMore: next !== null } };
  }

  @Get('evaluations')
  @Answers(result('How often the strategy evaluated, and why it declined', EvaluationCounts))
  async evaluations(@Param('id', { schema: BacktestId }) id: string): Promise<unknown> {
    await this.completed(id);
    return present(await this.results.document(id), id)['evaluations'];
  }

  /** The run, where it has a result. */
  private async completed(id: string): Promise<BacktestRun & { readonly figures: NonNullable<BacktestRun['figures']> }> {
    const run = await this.runs.find(id);
    if (run === null) throw backtestNotFound(id);
    const { status, figures } = run;
    if (status !== 'completed' || figures === null) throw apiProblem('run-not-finished', `backtest ${id} is ${status}; only a completed run has a result`);
    return { ...run, figures };
  }
}

/** Null after the run was found completed: it was deleted in between. */
function present<Part>(part: Part | null, id: string): Part {
  if (part === null) throw backtestNotFound(id);
  return part;
}
