import { ulid } from 'ulid';
import type { EvaluationInput } from '#application';
import type { Portfolio } from '#contracts';
import { canonicalSha256 } from '#platform';
import { aHolding } from '../../integration/trading/trading-rows.js';
import { aPortfolioRequest, type TradingFixture } from './trading-fixture.js';

export async function aCreated(api: TradingFixture, changes: object = {}): Promise<Portfolio> {
  const answer = await api.post('/v1/portfolios', aPortfolioRequest(changes));
  if (answer.status !== 201) throw new Error(`no portfolio was created: ${JSON.stringify(answer.body)}`);
  return answer.body as Portfolio;
}

/**
 * Running, and bought into as in the worked example of docs/strategy.md: 1,000 buys 233.3333 of HANA, AIA and XAN each at 1,
 * and 0.7 of fees leave 299.3.
 */
export async function anAllocated(api: TradingFixture, changes: object = {}): Promise<Portfolio> {
  const { id, accountId } = await aCreated(api, changes);
  const account = { id: accountId, mode: 'paper' as const, venue: 'SIMULATOR' };
  for (const asset of ['HANA', 'AIA', 'XAN']) await aHolding(api.rows, account, id, asset, '233.3333');
  await aHolding(api.rows, account, id, 'USDT', '-700.7');
  await api.rows.query('UPDATE portfolio SET is_allocated = true WHERE id = $1', [id]);
  await api.rows.query('UPDATE trading_account SET reconciled_ms = $2 WHERE id = $1', [accountId, Date.now()]);
  return (await api.post(`/v1/portfolios/${id}/start`)).body as Portfolio;
}

/** The worked example's second bar: 1.9, 1 and 1, which asks for an upside rebalance of HANA. */
export const anInput = (timeMs: number, change: Partial<EvaluationInput> = {}): EvaluationInput => ({
  timeMs,
  prices: [1.9, 1, 1].map((mid, asset) => ({ marketId: ['HANAUSDT', 'AIAUSDT', 'XANUSDT'][asset]!, mid, bid: mid, ask: mid, exchangeMs: timeMs, flag: null })),
  quantities: [233.3333, 233.3333, 233.3333], cash: 299.3, lastFillMs: [null, null, null], tradingFee: 0.001, isAllocated: true, ...change,
});

/** A look as the evaluator stores it. */
export async function anEvaluation(api: TradingFixture, portfolioId: string, look: number, kind: 'hold' | 'plan', reason: string, input: EvaluationInput, declined: readonly object[] = []): Promise<string> {
  const id = `ev_${ulid()}`;
  await api.rows.query(
    `INSERT INTO evaluation (id, portfolio_id, look_seq, first_ms, last_ms, look_count, config_version, code_version, kind, reason, declined, input, input_sha256)
     VALUES ($1, $2, $3, $4, $4, 1, 1, 'test', $5, $6, $7, $8, $9)`,
    [id, portfolioId, look, input.timeMs, kind, reason, JSON.stringify(declined), JSON.stringify(input), canonicalSha256(input)],
  );
  return id;
}
