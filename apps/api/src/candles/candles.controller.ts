import { Controller, Delete, Get, HttpCode, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { CandleStore, FollowedSeriesStore, VenueName } from '#application';
import { Coverage, CoverageQuery, FollowedSeries, SeriesAsset, SeriesInterval, Venue } from '#contracts';
import { isCandleInterval } from '#domain';
import { Answers } from '../docs/route-answers.js';
import { seriesNotFollowed } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { presentCoverage } from './present-coverage.js';
import { presentFollowed } from './present-followed.js';

@ApiTags('candles')
@Controller('v1/candles')
export class CandlesController {
  constructor(
    @Inject(TOKENS.candles) private readonly candles: Pick<CandleStore, 'coverage'>,
    @Inject(TOKENS.followedSeries) private readonly series: Pick<FollowedSeriesStore, 'followed' | 'stop'>,
    @Inject(TOKENS.venue) private readonly venue: VenueName,
  ) {}

  @Get('coverage')
  @Answers({ summary: 'Which candles are stored, by series; from a table, so at once', ok: { 200: Coverage }, problems: ['validation-failed'] })
  async coverage(@Query({ schema: CoverageQuery }) filter: z.infer<typeof CoverageQuery>): Promise<z.infer<typeof Coverage>> {
    const series = await this.candles.coverage(filter);
    return { data: series.map(presentCoverage) };
  }

  @Get('followed')
  @Answers({ summary: 'Which series of the exchange get their candles appended as they close', ok: { 200: FollowedSeries } })
  async followed(): Promise<z.infer<typeof FollowedSeries>> {
    return { data: (await this.series.followed(this.venue)).map(presentFollowed) };
  }

  @Delete('followed/:exchange/:base/:quote/:interval')
  @HttpCode(204)
  @Answers({
    summary: 'Follow a series no longer; its candles stay, and what is being fetched is fetched',
    ok: { 204: null },
    problems: ['validation-failed', 'series-not-followed'],
  })
  async stopFollowing(
    @Param('exchange', { schema: Venue }) exchange: Venue,
    @Param('base', { schema: SeriesAsset }) base: string,
    @Param('quote', { schema: SeriesAsset }) quote: string,
    @Param('interval', { schema: SeriesInterval }) interval: string,
  ): Promise<void> {
    const isStopped = isCandleInterval(interval) && (await this.series.stop({ exchange, base, quote, interval }));
    if (!isStopped) throw seriesNotFollowed(`${exchange} ${base}/${quote} ${interval}`);
  }
}
