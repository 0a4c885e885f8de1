import type { Portfolio } from '#application';
import type { SpawnedApp } from '#testing';
import type { FailpointCase, PlanOutcome } from './failpoint-cases.js';
import { goOn, stateOf, untilHit, type ArmedAs, type FaultyProduct } from './faulty-product.js';

const FILLED = { state: 'done', intentState: 'filled', posts: 1, acceptances: 1 } as const;

/**
 * By hand, from the protocol: an order goes out once or not at all; one of which nobody can say whether it went out is never
 * sent again, and its plan ends with it; one that is known not to have been taken may be tried anew under a new id.
 */
export const EXPECTED: Readonly<Record<PlanOutcome, { readonly plan: string; readonly sent: readonly object[] }>> = {
  'all-filled': { plan: 'done', sent: [{ leg: 0, ...FILLED }, { leg: 1, ...FILLED }, { leg: 2, ...FILLED }] },
  'never-sent': { plan: 'aborted', sent: [{ leg: 0, state: 'dead', intentState: 'dead', posts: 0, acceptances: 0 }] },
  'refused-as-late': { plan: 'aborted', sent: [{ leg: 0, state: 'dead', intentState: 'dead', posts: 1, acceptances: 0 }] },
  'sent-at-second-try': { plan: 'done', sent: [{ leg: 0, intentState: 'filled', acceptances: 0 }, { leg: 0, ...FILLED }, { leg: 1, ...FILLED }, { leg: 2, ...FILLED }] },
};

/** A first purchase of three legs, with one process hit on its way; what must have become of it is the case's outcome. */
export async function playPlan(product: FaultyProduct, playing: FailpointCase): Promise<void> {
  if (playing.replyDelayMs !== undefined) await holdReplies(product, playing.replyDelayMs);
  const as = await armedAs(product, playing);
  const app = await product.armed(playing.app, as, playing.environment);
  const portfolio = await product.buyIn();
  await untilHit(app, as);
  if (playing.replyDelayMs !== undefined) await expectTaken(product, portfolio.id);
  await recover(product, playing, app, () => product.untilEnded(portfolio.id));
  if (playing.losesLease === true) expect(app.output()).toContain('"event":"stale-epoch"');
  await expectOutcome(product, portfolio, playing.outcome);
}

/** The exchange takes the order and says nothing of it for a while. */
async function holdReplies({ simulator }: FaultyProduct, ms: number): Promise<void> {
  await simulator.control('POST', '/faults', { fault: 'reply-delayed', on: 'POST /api/v3/order', limit: 1, parameters: { ms } });
}

/** Otherwise the request would not have been out, and the case would be another one. */
async function expectTaken(product: FaultyProduct, portfolioId: string): Promise<void> {
  expect(await product.sent(portfolioId)).toEqual([{ leg: 0, state: 'prepared', intentState: 'sending', posts: 1, acceptances: 1 }]);
}

async function armedAs(product: FaultyProduct, { failpoint, action, delayMs, pass = 1, isPassedAtStart = false }: FailpointCase): Promise<ArmedAs> {
  const before = isPassedAtStart ? await product.sweptMarkets() : 0;
  return { failpoint, action, pass: before + pass, ...(delayMs === undefined ? {} : { delayMs }) };
}

/** The dead are replaced; what stands still is let go on only after others have done its work. */
export async function recover(product: FaultyProduct, { app: name, action }: Pick<FailpointCase, 'app' | 'action'>, app: SpawnedApp, untilDone: () => Promise<unknown>): Promise<void> {
  if (action === 'KILL' || action === 'STOP') await product.launch(name);
  await untilDone();
  if (action !== 'STOP') return;
  expect(await stateOf(app)).toBe('stopped');
  await goOn(app);
  await product.answers(app);
  // What it was about to do is waited for by its own orderly end.
  expect(await app.stop()).toEqual({ code: 0, signal: null });
}

export async function expectOutcome(product: FaultyProduct, portfolio: Portfolio, outcome: PlanOutcome): Promise<void> {
  const plans = await product.untilEnded(portfolio.id);
  await product.rest(portfolio.id);
  await product.untilSettled();
  const { plan, sent } = EXPECTED[outcome];
  expect({ plans, sent: await product.sent(portfolio.id) }).toEqual({ plans: [expect.objectContaining({ kind: 'initial', state: plan })], sent: sent.map((order) => expect.objectContaining(order)) });
  expect(await product.breaches()).toEqual([]);
}
