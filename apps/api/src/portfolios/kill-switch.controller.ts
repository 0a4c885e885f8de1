import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { EngageKillSwitch, KillSwitch, KillSwitches, ReleaseKillSwitch } from '#contracts';
import { principalOf } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { apiProblem } from '../problems.js';
import { TOKENS } from '../tokens.js';
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
    ok: { 200: KillSwitch }, problems: BODY_PROBLEMS,
  })
  async engageKillSwitch(@Body({ schema: EngageKillSwitch.prefault({}) }) body: z.infer<typeof EngageKillSwitch>, @Res({ passthrough: true }) response: Response): Promise<KillSwitch> {
    const { killSwitches, clock } = this.trading;
    return presentKillSwitch(await killSwitches.engage({ ...body, setBy: principalOf(response), setMs: clock.nowMs() }));
  }

  @Post('release')
  @HttpCode(200)
  @Answers({
    summary: 'Let trading go on, after the books of every account that it concerns were found equal since it was engaged',
    ok: { 200: KillSwitch }, problems: [...BODY_PROBLEMS, 'switch-not-set', 'account-unreconciled'],
  })
  async releaseKillSwitch(@Body({ schema: ReleaseKillSwitch }) { scope, reason }: z.infer<typeof ReleaseKillSwitch>, @Res({ passthrough: true }) response: Response): Promise<KillSwitch> {
    const { killSwitches, clock } = this.trading;
    const outcome = await killSwitches.release(scope, principalOf(response), reason, clock.nowMs());
    if (outcome.kind === 'released') return presentKillSwitch(outcome.killSwitch);
    if (outcome.kind === 'not-set') throw apiProblem('switch-not-set', `no kill switch is engaged for ${scope}`);
    throw apiProblem('account-unreconciled', `reconcile first: the books of ${outcome.accountIds.join(', ')} have not been found equal since the switch was engaged`);
  }
}
