import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import type { PlanView } from '#application';
import { AbandonPlan, Plan, PlanDetail, PlanId, PlanTimeline } from '#contracts';
import { principalOf, type HttpProblem } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { apiProblem } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { assetNamesOf, presentPlan, presentPlanDetail, presentTimeline } from './present-plan.js';
import type { TradingServices } from './trading-services.js';

const planNotFound = (id: string): HttpProblem => apiProblem('plan-not-found', `there is no plan ${id}`);

@ApiTags('plans')
@Controller('v1/plans')
export class PlansController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Get(':id')
  @Answers({ summary: 'Show a plan with its legs and every order that was sent for them', ok: { 200: PlanDetail }, problems: ['validation-failed', 'plan-not-found'] })
  async showPlan(@Param('id', { schema: PlanId }) id: string): Promise<PlanDetail> {
    return presentPlanDetail(await this.found(id));
  }

  @Get(':id/timeline')
  @Answers({ summary: 'What happened to a plan, from what set it off until its books were found equal', ok: { 200: PlanTimeline }, problems: ['validation-failed', 'plan-not-found'] })
  async showPlanTimeline(@Param('id', { schema: PlanId }) id: string): Promise<z.infer<typeof PlanTimeline>> {
    const course = await this.trading.reader.course(id);
    if (course === null) throw planNotFound(id);
    return presentTimeline(course);
  }

  @Post(':id/abandon')
  @HttpCode(200)
  @Answers({
    summary: 'End a plan that needs a person: no further leg goes out, and the portfolio is looked at anew',
    ok: { 200: Plan },
    problems: ['malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type', 'plan-not-found', 'plan-not-abandonable'],
  })
  async abandonPlan(
    @Param('id', { schema: PlanId }) id: string,
    @Body({ schema: AbandonPlan }) { reason }: z.infer<typeof AbandonPlan>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Plan> {
    const { plan } = await this.found(id);
    const isEnded = plan.state === 'needs-human' && (await this.abandon(plan, `abandoned by ${principalOf(response)}: ${reason}`));
    const view = await this.found(id);
    if (!isEnded && view.plan.state !== 'aborted') throw apiProblem('plan-not-abandonable', `plan ${id} is ${view.plan.state}; only one that is needs-human is ended by hand`);
    return presentPlan(view.plan, assetNamesOf(view));
  }

  private abandon({ id, version, endReason }: PlanView['plan'], reason: string): Promise<boolean> {
    const atMs = this.trading.clock.nowMs();
    return this.trading.plans.changePlan({ planId: id, version, atMs, to: { state: 'aborted', endReason, reason }, nextActionMs: null, jobs: [] });
  }

  private async found(id: string): Promise<PlanView> {
    const view = await this.trading.plans.plan(id);
    if (view === null) throw planNotFound(id);
    return view;
  }
}
