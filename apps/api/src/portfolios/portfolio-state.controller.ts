import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import type { PortfolioAction } from '#application';
import { ChangeState, Portfolio, PortfolioKey, StartPortfolio } from '#contracts';
import { principalOf } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { movedOrProblem, portfolioNotFound } from './portfolio-problems.js';
import { presentPortfolio } from './present-portfolio.js';
import type { TradingServices } from './trading-services.js';

const PROBLEMS_OF_STATE = ['malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type', 'portfolio-not-found', 'state-conflict'] as const;

const Change = ChangeState.prefault({});
type Change = z.infer<typeof ChangeState>;

@ApiTags('portfolios')
@Controller('v1/portfolios/:id')
export class PortfolioStateController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Post('start')
  @HttpCode(200)
  @Answers({
    summary: 'Start trading, on paper and with play money at once; with real money only where the name and the capital are said back',
    ok: { 200: Portfolio },
    problems: [...PROBLEMS_OF_STATE, 'not-live-ready', 'confirmation-needed'],
  })
  async startPortfolio(
    @Param('id', { schema: PortfolioKey }) key: string,
    @Body({ schema: StartPortfolio.prefault({}) }) { confirmation, acceptsUnknownWithdrawalRight }: z.infer<typeof StartPortfolio>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Portfolio> {
    const command = { idOrName: key, confirmation: confirmation ?? null, acceptsUnknownWithdrawalRight, principal: principalOf(response) };
    return this.show(movedOrProblem(await this.trading.state.start(command), key, 'a start').id);
  }

  @Post('pause-buys')
  @HttpCode(200)
  @Answers({ summary: 'Let sales go out and no purchases', ok: { 200: Portfolio }, problems: PROBLEMS_OF_STATE })
  async pausePurchases(@Param('id', { schema: PortfolioKey }) key: string, @Body({ schema: Change }) body: Change, @Res({ passthrough: true }) response: Response): Promise<Portfolio> {
    return this.act('pause-buys', key, body, response);
  }

  @Post('pause')
  @HttpCode(200)
  @Answers({ summary: 'Go on evaluating, and trade nothing', ok: { 200: Portfolio }, problems: PROBLEMS_OF_STATE })
  async pausePortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Body({ schema: Change }) body: Change, @Res({ passthrough: true }) response: Response): Promise<Portfolio> {
    return this.act('pause', key, body, response);
  }

  @Post('resume')
  @HttpCode(200)
  @Answers({ summary: 'Trade again after a pause', ok: { 200: Portfolio }, problems: PROBLEMS_OF_STATE })
  async resumePortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Body({ schema: Change }) body: Change, @Res({ passthrough: true }) response: Response): Promise<Portfolio> {
    return this.act('resume', key, body, response);
  }

  @Post('stop')
  @HttpCode(200)
  @Answers({ summary: 'Neither evaluate nor trade; what is held stays', ok: { 200: Portfolio }, problems: PROBLEMS_OF_STATE })
  async stopPortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Body({ schema: Change }) body: Change, @Res({ passthrough: true }) response: Response): Promise<Portfolio> {
    return this.act('stop', key, body, response);
  }

  private async act(action: PortfolioAction, key: string, { reason }: Change, response: Response): Promise<Portfolio> {
    const result = await this.trading.state.run({ idOrName: key, action, reason: reason ?? null, principal: principalOf(response) });
    return this.show(movedOrProblem(result, key, action).id);
  }

  private async show(id: string): Promise<Portfolio> {
    const picture = await this.trading.read.run(id);
    if (picture === null) throw portfolioNotFound(id);
    return presentPortfolio(picture);
  }
}
