import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import type { BacktestRunStore, SubmitBacktest as SubmitBacktestUseCase } from '#application';
import {
  BacktestId, BacktestRun, BacktestRunPage, ListBacktestsQuery, SubmitBacktest, SubmitBacktestQuery,
} from '#contracts';
import { principalOf } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { apiProblem, backtestNotFound } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { presentRun } from './present-run.js';
import { parseIdempotencyKey, submitOrRefuse } from './submit-request.js';

type Run = z.infer<typeof BacktestRun>;

@ApiTags('backtests')
@Controller('v1/backtests')
export class BacktestsController {
  constructor(
    @Inject(TOKENS.runs) private readonly runs: Pick<BacktestRunStore, 'find' | 'list' | 'requestCancel' | 'delete'>,
    @Inject(TOKENS.submitBacktest) private readonly submitBacktest: Pick<SubmitBacktestUseCase, 'run'>,
  ) {}

  @Post()
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Sent again with the same request, it gets the run of the first time' })
  @Answers({
    summary: 'Submit a backtest; a finished run of the same spec, data and code is returned instead, unless forced',
    ok: { 200: BacktestRun, 202: BacktestRun },
    problems: [
      'malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type',
      'idempotency-key-reused', 'backtest-impossible',
    ],
  })
  async submit(
    @Body({ schema: SubmitBacktest }) body: z.infer<typeof SubmitBacktest>,
    @Query({ schema: SubmitBacktestQuery }) { force }: z.infer<typeof SubmitBacktestQuery>,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Run> {
    const request = { body, isForced: force, idempotencyKey: parseIdempotencyKey(key), principal: principalOf(response) };
    const { run, isCached } = await submitOrRefuse(this.submitBacktest, request);
    response.status(isCached ? 200 : 202).location(`/v1/backtests/${run.id}`);
    return isCached ? { ...presentRun(run), cached: true } : presentRun(run);
  }

  @Get()
  @Answers({ summary: 'List runs by cursor: pass `page.next` as `after`', ok: { 200: BacktestRunPage }, problems: ['validation-failed'] })
  async list(@Query({ schema: ListBacktestsQuery }) query: z.infer<typeof ListBacktestsQuery>): Promise<z.infer<typeof BacktestRunPage>> {
    const { sort, limit, after, ...filter } = query;
    const page = await this.runs.list({ filter, sort, limit, after });
    return { data: page.items.map(presentRun), page: { next: page.next, hasMore: page.next !== null } };
  }

  @Get(':id')
  @Answers({ summary: 'Show a run', ok: { 200: BacktestRun }, problems: ['validation-failed', 'backtest-not-found'] })
  async show(@Param('id', { schema: BacktestId }) id: string): Promise<Run> {
    const run = await this.runs.find(id);
    if (run === null) throw backtestNotFound(id);
    return presentRun(run);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Answers({
    summary: 'Cancel a run: at once where it is queued, by asking its runner where it is running; a finished run stays as it is',
    ok: { 202: BacktestRun },
    problems: ['validation-failed', 'backtest-not-found'],
  })
  async cancel(@Param('id', { schema: BacktestId }) id: string): Promise<Run> {
    const run = await this.runs.requestCancel(id);
    if (run === null) throw backtestNotFound(id);
    return presentRun(run);
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers({
    summary: 'Delete a finished run and all that it left behind',
    ok: { 204: null },
    problems: ['validation-failed', 'backtest-not-found', 'run-is-active'],
  })
  async remove(@Param('id', { schema: BacktestId }) id: string): Promise<void> {
    const outcome = await this.runs.delete(id);
    if (outcome === 'missing') throw backtestNotFound(id);
    if (outcome === 'refused') throw apiProblem('run-is-active', `backtest ${id} is queued or running; cancel it first`);
  }
}
