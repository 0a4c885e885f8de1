import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { CandleStore } from '#application';
import { Coverage, CoverageQuery } from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { presentCoverage } from './present-coverage.js';

@ApiTags('candles')
@Controller('v1/candles')
export class CandlesController {
  constructor(@Inject(TOKENS.candles) private readonly candles: Pick<CandleStore, 'coverage'>) {}

  @Get('coverage')
  @Answers({ summary: 'Which candles are stored, by series; from a table, so at once', ok: { 200: Coverage }, problems: ['validation-failed'] })
  async coverage(@Query({ schema: CoverageQuery }) filter: z.infer<typeof CoverageQuery>): Promise<z.infer<typeof Coverage>> {
    const series = await this.candles.coverage(filter);
    return { data: series.map(presentCoverage) };
  }
}
