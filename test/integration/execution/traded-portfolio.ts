import { ulid } from 'ulid';
import type { ExecutionStore, NewIntent, PlanView } from '#application';
import type { DecimalText, PlanDecision, PortfolioConfiguration } from '#domain';
import { aConfiguration, aHolding, aPlan, aPortfolio, aTradingAccount, type AccountRow, type PortfolioRow, type TradingDatabase } from '../trading/trading-rows.js';

export const BASES = ['HANA', 'AIA', 'XAN'] as const;
/** Worth 4,000, 2,000 and 1,500 at 0.10, 0.20 and 0.50, with 2,500 USDT beside them. */
export const PRICES = [0.1, 0.2, 0.5] as const;
export const HOLDINGS: Readonly<Record<string, DecimalText>> = { HANA: '40000', AIA: '10000', XAN: '3000', USDT: '2500' };

export const basket = (change: Partial<PortfolioConfiguration> = {}): PortfolioConfiguration =>
  aConfiguration({ assets: BASES.map((base) => ({ base, marketId: `${base}USDT` })), ...change });

export interface Traded {
  readonly account: AccountRow;
  readonly portfolio: PortfolioRow;
}

export async function aTradedPortfolio(
  database: TradingDatabase, nowMs: number,
  { configuration = basket(), holdings = HOLDINGS, state }: { readonly configuration?: PortfolioConfiguration; readonly holdings?: Readonly<Record<string, DecimalText>>; readonly state?: string } = {},
): Promise<Traded> {
  const account = await aTradingAccount(database, { reconciledMs: nowMs });
  const portfolio = await aPortfolio(database, account, { configuration, ...(state === undefined ? {} : { state }) });
  for (const [asset, quantity] of Object.entries(holdings)) await aHolding(database, account, portfolio.id, asset, quantity);
  return { account, portfolio };
}

/** HANA at 4,000 of 10,000 is cut back by a fifth: 8,000 of it, 800 at the price of the decision. */
export function cutBack(nowMs: number, prices: readonly number[] = PRICES, quantity = 8_000): PlanDecision {
  const values = [4_000, 2_000, 1_500];
  return {
    kind: 'rebalance', decidedAtMs: nowMs, totalValue: 10_000, prices,
    plan: { trigger: { asset: 0, kind: 'upside', ratio: 1.5 }, decidedAtMs: nowMs, values, totalValue: 10_000, meanValue: 2_500, cashFloor: 500, sales: [{ asset: 0, quantity, value: 800 }], aim: { kind: 'redistribute-proceeds' } },
  };
}

export const initial = (nowMs: number, prices: readonly number[] = PRICES): PlanDecision => ({
  kind: 'initial', decidedAtMs: nowMs, totalValue: 2_500, prices, purchases: [{ take: 'buy', asset: 0, value: 500 }, { take: 'buy', asset: 1, value: 700 }],
});

/** A draft with the legs that the evaluator would have stored with it. */
export async function aDraft(database: TradingDatabase, store: ExecutionStore, { portfolio }: Traded, decision: PlanDecision, createdMs = decision.decidedAtMs): Promise<string> {
  const plan = await aPlan(database, portfolio, { state: 'draft', decision, createdMs });
  const isAdded = await store.changePlan({ planId: plan.id, version: 1, atMs: createdMs, newIntents: legsOf(decision, portfolio.configuration), nextActionMs: createdMs, jobs: [] });
  if (!isAdded) throw new Error('the legs were not added');
  return plan.id;
}

function legsOf(decision: PlanDecision, { assets }: PortfolioConfiguration): NewIntent[] {
  const wanted = decision.kind === 'initial'
    ? decision.purchases.map(({ asset, value }) => ({ asset, side: 'buy' as const, quantity: null, quoteValue: String(value) }))
    : decision.plan.sales.map(({ asset, quantity }) => ({ asset, side: 'sell' as const, quantity: String(quantity), quoteValue: null }));
  return wanted.map(({ asset, ...leg }, index) => ({
    ...leg, ...assets[asset]!, id: `oi_${ulid()}`, leg: index, assetIndex: asset, refPrice: decision.prices[asset]!, refPriceMs: decision.decidedAtMs, skipReason: null,
  }));
}

/** What the books say of an account, by asset, without what is zero. */
export async function booksOf(database: TradingDatabase, accountId: string): Promise<Readonly<Record<string, DecimalText>>> {
  const rows = await database.query<{ asset: string; quantity: string }>(
    `SELECT asset, trim_scale(sum(quantity))::text AS quantity FROM holding WHERE account_id = $1 GROUP BY asset HAVING sum(quantity) <> 0 ORDER BY asset`, [accountId],
  );
  return Object.fromEntries(rows.map(({ asset, quantity }) => [asset, quantity]));
}

export const legs = ({ intents }: PlanView) => intents.map(({ side, base, state, filledQuantity, filledNotional, reason }) => ({ leg: `${side} ${base}`, state, filledQuantity, filledNotional, reason }));
export const states = ({ intents }: PlanView) => intents.map(({ side, base, state }) => `${side} ${base} ${state}`);
