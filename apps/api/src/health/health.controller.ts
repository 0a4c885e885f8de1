import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Liveness, Readiness } from '#contracts';
import { Public, type HealthReport, type Readiness as HealthChecks } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';

@Public()
@ApiTags('health')
@ApiSecurity({})
@Controller()
export class HealthController {
  constructor(@Inject(TOKENS.health) private readonly health: Pick<HealthChecks, 'report'>) {}

  @Get('livez')
  @Answers({ summary: 'The process answers', ok: { 200: Liveness }, isPublic: true })
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Answers({ summary: 'The process can serve; without Redis it is degraded and still serves', ok: { 200: Readiness, 503: Readiness }, isPublic: true })
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthReport> {
    const report = await this.health.report();
    response.status(report.status === 'unready' ? 503 : 200);
    return report;
  }
}
