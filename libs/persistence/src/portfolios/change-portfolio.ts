import type { ChangeOutcome, FundsOutcome, Portfolio } from '#application';
import { canChangeState, type DecimalText, type PortfolioConfiguration, type PortfolioState } from '#domain';
import type { Sql } from '../session/sql.js';
import { give, heldBy, isBooked, take, takeAll, unassignedOf, type Available } from './portfolio-money.js';
import { watchPrices } from './portfolio-prices.js';
import { lockPortfolio, openPlanOf, overtakeLooks, readPortfolio } from './portfolio-row.js';

interface Act {
  readonly atMs: number;
  readonly by: string;
}

export async function changeState(
  sql: Sql, id: string, expectedVersion: number, to: { readonly state: PortfolioState; readonly reason: string | null }, act: Act,
): Promise<ChangeOutcome> {
  const seen = await lockPortfolio(sql, id);
  if (seen === null) return { kind: 'not-found' };
  if (seen.version !== expectedVersion) return { kind: 'version-mismatch', portfolio: seen };
  if (seen.state === to.state) return { kind: 'changed', portfolio: seen };
  if (!canChangeState(seen.state, to.state)) return { kind: 'illegal', from: seen.state, to: to.state };
  const planId = to.state === 'deleted' ? await openPlanOf(sql, id) : null;
  if (planId !== null) return { kind: 'plan-open', planId };
  if (to.state === 'deleted') await takeAll(sql, seen, { key: `deleted:${id}`, ...act });
  await sql.run('UPDATE portfolio SET state = $2, reason = $3, changed_ms = $4, changed_by = $5 WHERE id = $1', [id, to.state, to.reason, act.atMs, act.by]);
  return { kind: 'changed', portfolio: await afterChange(sql, id, act) };
}

export async function changeConfiguration(
  sql: Sql, id: string, expectedVersion: number, next: { readonly configuration: PortfolioConfiguration; readonly sha256: string }, act: Act,
): Promise<ChangeOutcome> {
  const seen = await lockPortfolio(sql, id);
  if (seen === null || seen.state === 'deleted') return { kind: 'not-found' };
  if (seen.version !== expectedVersion) return { kind: 'version-mismatch', portfolio: seen };
  const planId = isSameBasket(seen.configuration, next.configuration) ? null : await openPlanOf(sql, id);
  if (planId !== null) return { kind: 'plan-open', planId };
  await sql.run(
    `WITH newest AS (
       INSERT INTO portfolio_configuration (portfolio_id, version, document, sha256, created_ms, created_by) VALUES ($1, $2, $3, $4, $5, $6))
     UPDATE portfolio SET config_version = $2, changed_ms = $5, changed_by = $6 WHERE id = $1`,
    [id, seen.configVersion + 1, JSON.stringify(next.configuration), next.sha256, act.atMs, act.by],
  );
  return { kind: 'changed', portfolio: await afterChange(sql, id, act) };
}

export async function moveFunds(sql: Sql, id: string, quantity: DecimalText, moveId: string, act: Act): Promise<FundsOutcome> {
  const seen = await lockPortfolio(sql, id);
  if (seen === null || seen.state === 'deleted') return { kind: 'not-found' };
  const key = `move:${id}:${moveId}`;
  if (await isBooked(sql, key)) return { kind: 'moved', portfolio: seen };
  const planId = await openPlanOf(sql, id);
  if (planId !== null) return { kind: 'plan-open', planId };
  const { quote } = seen.configuration;
  const isTaken = quantity.startsWith('-');
  const moved = isTaken ? quantity.slice(1) : quantity;
  const source = isTaken ? await heldBy(sql, seen, quote, moved) : await sourceOf(sql, seen, moved);
  if (!source.isEnough) return { kind: 'insufficient-balance', available: source.quantity };
  await (isTaken ? take : give)(sql, seen, quote, moved, { key, ...act });
  await sql.run('UPDATE portfolio SET changed_ms = $2, changed_by = $3 WHERE id = $1', [id, act.atMs, act.by]);
  return { kind: 'moved', portfolio: await afterChange(sql, id, act) };
}

/** Play money has no end. */
async function sourceOf(sql: Sql, { mode, accountId, configuration }: Portfolio, wanted: DecimalText): Promise<Available> {
  return mode === 'paper' ? { quantity: wanted, isEnough: true } : unassignedOf(sql, accountId, configuration.quote, wanted);
}

async function afterChange(sql: Sql, id: string, { atMs }: Act): Promise<Portfolio> {
  const changed = await readPortfolio(sql, id);
  await watchPrices(sql, changed!);
  await overtakeLooks(sql, id, atMs);
  return changed!;
}

const basketOf = ({ quote, assets }: PortfolioConfiguration): string => [quote, ...assets.map(({ base, marketId }) => `${base} ${marketId}`)].join();

const isSameBasket = (one: PortfolioConfiguration, other: PortfolioConfiguration): boolean => basketOf(one) === basketOf(other);
