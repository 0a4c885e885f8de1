import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { AccountId, Accounts, ListAccountsQuery, Reconciliation, ReconciliationId } from '#contracts';
import { principalOf } from '#platform';
import { Answers } from '../docs/route-answers.js';
import { apiProblem } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { presentAccount, presentReconciliation } from './present-account.js';
import type { TradingServices } from './trading-services.js';

@ApiTags('accounts')
@Controller('v1')
export class AccountsController {
  constructor(@Inject(TOKENS.trading) private readonly trading: TradingServices) {}

  @Get('accounts')
  @Answers({ summary: 'List accounts with what they hold by the books, by cursor, live ones first; their keys are with the executor alone', ok: { 200: Accounts }, problems: ['validation-failed'] })
  async listAccounts(@Query({ schema: ListAccountsQuery }) { limit, after }: z.infer<typeof ListAccountsQuery>): Promise<z.infer<typeof Accounts>> {
    const { accounts, clock } = this.trading;
    const found = await accounts.list({ limit: limit + 1, afterId: after });
    const data = [];
    for (const account of found.slice(0, limit)) data.push(presentAccount(account, await accounts.bookedBalances(account.id), clock.nowMs()));
    const hasMore = found.length > limit;
    return { data, page: { next: hasMore ? data.at(-1)!.id : null, hasMore } };
  }

  @Post('accounts/:id/clear-halt')
  @HttpCode(204)
  @Answers({ summary: 'Let an account trade again that halted itself, once its cause is mended', ok: { 204: null }, problems: ['validation-failed', 'account-not-found'] })
  async clearAccountHalt(@Param('id', { schema: AccountId }) id: string, @Res({ passthrough: true }) response: Response): Promise<void> {
    const { accounts, clock } = this.trading;
    if ((await accounts.find(id)) === null) throw apiProblem('account-not-found', `there is no account ${id}`);
    await accounts.clearHalt(id, clock.nowMs(), principalOf(response));
  }

  @Get('reconciliations/:id')
  @Answers({ summary: 'Show a comparison of the books with the venue', ok: { 200: Reconciliation }, problems: ['validation-failed', 'reconciliation-not-found'] })
  async showReconciliation(@Param('id', { schema: ReconciliationId }) id: string): Promise<Reconciliation> {
    const run = await this.trading.accounts.reconciliation(id);
    if (run === null) throw apiProblem('reconciliation-not-found', `there is no reconciliation ${id}`);
    return presentReconciliation(run);
  }
}
