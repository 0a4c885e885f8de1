import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { ChangePortfolio, CreatePortfolio, EvaluateAnswer, EvaluatePortfolio, ListPortfoliosQuery, MoveFunds, Portfolio, PortfolioKey, PortfolioPage } from '#contracts';
import { principalOf } from '#platform';
import { parseIdempotencyKey } from '../backtests/submit-request.js';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { changedOrProblem, createdOrProblem, fundedOrProblem, movedOrProblem, portfolioNotFound } from './portfolio-problems.js';
import { changeOf, createCommandOf, versionOf } from './portfolio-requests.js';
import { presentDryRun } from './present-dry-run.js';
import { presentHeader, presentPortfolio } from './present-portfolio.js';
import type { TradingServices } from './trading-services.js';

const BODY_PROBLEMS = ['malformed-request', 'malformed-json', 'json-too-deep', 'validation-failed', 'body-too-large', 'unsupported-media-type'] as const;

@ApiTags('portfolios')
@Controller('v1/portfolios')
export class PortfoliosController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Post()
  @HttpCode(201)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Sent again with the same request, it gets the portfolio of the first time' })
  @Answers({
    summary: 'Create a portfolio, paper unless live is asked for; nothing is bought before it is started',
    ok: { 201: Portfolio },
    problems: [...BODY_PROBLEMS, 'name-taken', 'idempotency-key-reused', 'portfolio-impossible', 'exchange-unavailable'],
  })
  async createPortfolio(
    @Body({ schema: CreatePortfolio }) body: CreatePortfolio,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Portfolio> {
    const result = await this.trading.create.run(createCommandOf(body, principalOf(response), parseIdempotencyKey(key)));
    const { id } = createdOrProblem(result, body.name);
    response.location(`/v1/portfolios/${id}`);
    return this.show(id, response);
  }

  @Get()
  @Answers({ summary: 'List portfolios by cursor: pass `page.next` as `after`; deleted ones only where asked for', ok: { 200: PortfolioPage }, problems: ['validation-failed'] })
  async listPortfolios(@Query({ schema: ListPortfoliosQuery }) { limit, after, mode, state }: z.infer<typeof ListPortfoliosQuery>): Promise<z.infer<typeof PortfolioPage>> {
    const found = await this.trading.portfolios.list({ limit: limit + 1, mode, state, afterId: after });
    const data = found.slice(0, limit);
    const hasMore = found.length > limit;
    return { data: data.map(presentHeader), page: { next: hasMore ? data.at(-1)!.id : null, hasMore } };
  }

  @Get(':id')
  @Answers({
    summary: 'Show a portfolio by id or name: what it holds and is worth now, and what stands against trading',
    ok: { 200: Portfolio }, problems: ['validation-failed', 'portfolio-not-found'],
  })
  async showPortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Res({ passthrough: true }) response: Response): Promise<Portfolio> {
    return this.show(key, response);
  }

  @Patch(':id')
  @ApiHeader({ name: 'If-Match', required: false, description: 'The version that the change is on top of' })
  @Answers({
    summary: 'Change the configuration: a new version of it, which plans that are under way do not see. What changes the basket or would trade more than 25 % of the total value at once is shown first, and made when its token is sent as `confirm`',
    ok: { 200: Portfolio },
    problems: [...BODY_PROBLEMS, 'portfolio-not-found', 'version-mismatch', 'plan-open', 'preview-needed', 'portfolio-impossible', 'exchange-unavailable', 'queue-unavailable'],
  })
  async changePortfolio(
    @Param('id', { schema: PortfolioKey }) key: string,
    @Body({ schema: ChangePortfolio }) body: ChangePortfolio,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Portfolio> {
    const version = versionOf(ifMatch, body.version);
    const result = await this.trading.change.run({ idOrName: key, version, change: changeOf(body), confirm: body.confirm ?? null, principal: principalOf(response) });
    return this.show(changedOrProblem(result, key).id, response);
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers({
    summary: 'Delete a portfolio that is not running: what it holds goes back to its account, its books stay',
    ok: { 204: null }, problems: ['validation-failed', 'portfolio-not-found', 'state-conflict', 'plan-open'],
  })
  async deletePortfolio(@Param('id', { schema: PortfolioKey }) key: string, @Res({ passthrough: true }) response: Response): Promise<void> {
    movedOrProblem(await this.trading.state.run({ idOrName: key, action: 'delete', reason: null, principal: principalOf(response) }), key, 'deletion');
  }

  @Post(':id/funds')
  @HttpCode(200)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Sent again with the same request, it moves money once' })
  @Answers({
    summary: 'Move quote currency in, or out with a negative quantity: from or to what the account has unassigned; of paper it is play money',
    ok: { 200: Portfolio },
    problems: [...BODY_PROBLEMS, 'portfolio-not-found', 'plan-open', 'insufficient-balance', 'idempotency-key-reused'],
  })
  async movePortfolioFunds(
    @Param('id', { schema: PortfolioKey }) key: string,
    @Body({ schema: MoveFunds }) { quantity }: z.infer<typeof MoveFunds>,
    @Headers('idempotency-key') requestKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Portfolio> {
    const result = await this.trading.moveFunds.run({ idOrName: key, quantity, principal: principalOf(response), key: parseIdempotencyKey(requestKey) });
    return this.show(fundedOrProblem(result, key).id, response);
  }

  @Post(':id/evaluate')
  @HttpCode(200)
  @Answers({
    summary: 'Evaluate now and show what would be traded, with the rules of the markets, fees and slippage; with `dryRun` false: ask for a real look',
    ok: { 200: EvaluateAnswer },
    problems: [...BODY_PROBLEMS, 'portfolio-not-found', 'queue-unavailable'],
  })
  async evaluatePortfolio(
    @Param('id', { schema: PortfolioKey }) key: string,
    @Body({ schema: EvaluatePortfolio.prefault({}) }) { dryRun }: z.infer<typeof EvaluatePortfolio>,
  ): Promise<z.infer<typeof EvaluateAnswer>> {
    const portfolio = await this.trading.portfolios.find(key);
    if (portfolio === null || portfolio.state === 'deleted') throw portfolioNotFound(key);
    if (!dryRun) return { requested: await this.trading.portfolios.requestLook(portfolio.id, this.trading.clock.nowMs()), dryRun: null };
    const result = await this.trading.dryRun.run(portfolio.id);
    if (result === null) throw portfolioNotFound(key);
    return { requested: false, dryRun: presentDryRun(portfolio, portfolio.configuration, result) };
  }

  private async show(key: string, response: Response): Promise<Portfolio> {
    const picture = await this.trading.read.run(key);
    if (picture === null) throw portfolioNotFound(key);
    response.setHeader('ETag', `"${picture.portfolio.version}"`);
    return presentPortfolio(picture);
  }
}
