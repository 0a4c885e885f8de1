import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { EngageKillSwitch, KillSwitch, KillSwitches, ReleaseKillSwitch } from '#contracts';
import { principalOf, type HttpProblem } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { apiProblem } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { portfolioNotFound } from './portfolio-problems.js';
import { presentKillSwitch } from './present-account.js';
import type { TradingServices } from './trading-services.js';

const BODY_PROBLEMS = ['malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type'] as const;
const SHOWN = 50;

/** Needs the database and nothing else: no queue, no exchange. */
@ApiTags('kill switch')
@Controller('v1/kill-switch')
export class KillSwitchController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Get()
  @Answers({ summary: 'Which kill switches are engaged, and what was done to them', ok: { 200: KillSwitches } })
  async showKillSwitches(): Promise<z.infer<typeof KillSwitches>> {
    const { killSwitches } = this.trading;
    const [engaged, history] = await Promise.all([killSwitches.engaged(), killSwitches.history(SHOWN)]);
    return { engaged: engaged.map(presentKillSwitch), history: history.map(presentKillSwitch) };
  }

  @Post()
  @HttpCode(200)
  @Answers({
    summary: 'Stop trading: all of it, an account, or a portfolio. When this has answered, no further order is sent; it can be repeated at will',
    ok: { 200: KillSwitch }, problems: [...BODY_PROBLEMS, 'account-not-found', 'portfolio-not-found'],
  })
  async engageKillSwitch(@Body({ schema: EngageKillSwitch.prefault({}) }) body: z.infer<typeof EngageKillSwitch>, @Res({ passthrough: true }) response: Response): Promise<KillSwitch> {
    const outcome = await this.trading.engage.run({ ...body, by: principalOf(response) });
    if (outcome.kind === 'engaged') return presentKillSwitch(outcome.killSwitch);
    throw nothingStopped(body.scope);
  }

  @Post('release')
  @HttpCode(200)
  @Answers({
    summary: 'Let trading go on, after the books of every account that it concerns were found equal since it was engaged',
    ok: { 200: KillSwitch }, problems: [...BODY_PROBLEMS, 'switch-not-set', 'account-unreconciled'],
  })
  async releaseKillSwitch(@Body({ schema: ReleaseKillSwitch }) { scope, reason }: z.infer<typeof ReleaseKillSwitch>, @Res({ passthrough: true }) response: Response): Promise<KillSwitch> {
    const outcome = await this.trading.release.run({ scope, reason, by: principalOf(response) });
    if (outcome.kind === 'released') return presentKillSwitch(outcome.killSwitch);
    if (outcome.kind === 'not-set') throw apiProblem('switch-not-set', `no kill switch is engaged for ${scope}`);
    const accounts = outcome.runs.map(({ accountId }) => accountId).join(', ');
    throw apiProblem('account-unreconciled', `the books of ${accounts} have not been found equal since the switch was engaged; they are compared now, send the same again in a moment`);
  }
}

function nothingStopped(scope: z.infer<typeof EngageKillSwitch>['scope']): HttpProblem {
  const id = scope.slice(scope.indexOf(':') + 1);
  if (scope.startsWith('account:')) return apiProblem('account-not-found', `there is no account ${JSON.stringify(id)}, so nothing was stopped; \`rebalancer account ls\` names them`);
  return portfolioNotFound(id);
}
