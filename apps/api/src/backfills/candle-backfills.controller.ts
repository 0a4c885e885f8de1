import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { BackfillCommand, CandleBackfillStore, SubmitBackfill as SubmitBackfillUseCase } from '#application';
import { BackfillId, CandleBackfill, CandleBackfills, ListBackfillsQuery, SubmitBackfill, SubmittedBackfills } from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { apiProblem, backfillNotFound, exchangeUnavailable } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { presentBackfill } from './present-backfill.js';

@ApiTags('candles')
@Controller('v1/candle-backfills')
export class CandleBackfillsController {
  constructor(
    @Inject(TOKENS.backfills) private readonly backfills: Pick<CandleBackfillStore, 'find' | 'list' | 'cancel'>,
    @Inject(TOKENS.submitBackfill) private readonly submitBackfill: Pick<SubmitBackfillUseCase, 'run'>,
  ) {}

  @Post()
  @HttpCode(202)
  @Answers({
    summary: 'Fetch candles from the exchange, a backfill for each asset; one that is under way already is returned instead of a second',
    ok: { 202: SubmittedBackfills },
    problems: [
      'malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type',
      'backfill-impossible', 'exchange-unavailable',
    ],
  })
  async fetchCandles(@Body({ schema: SubmitBackfill }) body: SubmitBackfill): Promise<z.infer<typeof SubmittedBackfills>> {
    const result = await this.submitBackfill.run(commandOf(body));
    if (result.kind === 'exchange-unavailable') throw exchangeUnavailable(result.detail);
    if (result.kind === 'refused') {
      throw apiProblem('backfill-impossible', result.faults[0]?.detail ?? 'the exchange cannot give these candles', { faults: result.faults });
    }
    return { data: result.backfills.map(presentBackfill), notices: [...result.notices] };
  }

  @Get()
  @Answers({ summary: 'List backfills, newest first', ok: { 200: CandleBackfills }, problems: ['validation-failed'] })
  async listBackfills(@Query({ schema: ListBackfillsQuery }) query: z.infer<typeof ListBackfillsQuery>): Promise<z.infer<typeof CandleBackfills>> {
    const { limit, ...filter } = query;
    return { data: (await this.backfills.list(filter, limit)).map(presentBackfill) };
  }

  @Get(':id')
  @Answers({ summary: 'Show a backfill', ok: { 200: CandleBackfill }, problems: ['validation-failed', 'backfill-not-found'] })
  async showBackfill(@Param('id', { schema: BackfillId }) id: string): Promise<CandleBackfill> {
    const backfill = await this.backfills.find(id);
    if (backfill === null) throw backfillNotFound(id);
    return presentBackfill(backfill);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Answers({
    summary: 'Stop fetching; what was fetched stays, and so does a finished backfill',
    ok: { 202: CandleBackfill },
    problems: ['validation-failed', 'backfill-not-found'],
  })
  async cancelBackfill(@Param('id', { schema: BackfillId }) id: string): Promise<CandleBackfill> {
    const backfill = await this.backfills.cancel(id);
    if (backfill === null) throw backfillNotFound(id);
    return presentBackfill(backfill);
  }
}

function commandOf({ exchange, quote, interval, assets, from, to, follow }: SubmitBackfill): BackfillCommand {
  return {
    exchange: exchange ?? null, quote, interval, assets, fromMs: Date.parse(from), toMs: to === undefined ? null : Date.parse(to), follow,
  };
}
