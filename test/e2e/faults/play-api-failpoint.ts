import type { Portfolio } from '#application';
import { KillSwitch } from '#contracts';
import type { SpawnedApp } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import type { FailpointCase } from './failpoint-cases.js';
import { goOn, stateOf, untilHit, type FaultyProduct } from './faulty-product.js';
import { expectOutcome } from './play-failpoint.js';

type Answer = { readonly body: unknown } | { readonly failure: string };

const PATIENCE_MS = 30_000;

const answerOf = (request: Promise<unknown>): Promise<Answer> => request.then((body) => ({ body }), (error: unknown) => ({ failure: String(error) }));

/** Of the API that was hit: nothing came of it, an error, or, late, the answer. */
async function expectAnswer(app: SpawnedApp, { action }: FailpointCase, answer: Promise<Answer>): Promise<unknown> {
  if (action === 'STOP') {
    expect(await stateOf(app)).toBe('stopped');
    await goOn(app);
    const late = await answer;
    expect(late).toEqual({ body: expect.anything() });
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    return 'body' in late ? late.body : null;
  }
  expect(await answer).toEqual({ failure: expect.stringMatching(action === 'KILL' ? /fetch failed/u : /: 500 /u) });
  return null;
}

/** A comparison of books is asked for; the API is hit once that is committed. */
export async function playRequest(product: FaultyProduct, playing: FailpointCase): Promise<void> {
  const { failpoint, action, outcome } = playing;
  const portfolio = await product.buyIn();
  await product.untilEnded(portfolio.id);
  const app = await product.armed('api', { failpoint, action });
  const answer = answerOf(product.api()('POST', `/v1/portfolios/${portfolio.id}/reconcile`, {}));
  await untilHit(app, { failpoint, action });
  const runs = () => product.dataSource.query<readonly object[]>(
    `SELECT state, is_equal AS "isEqual" FROM reconciliation_run WHERE account_id = $1 AND cause = 'operator' AND requested_ms >= $2`, [portfolio.accountId, portfolio.createdMs]);
  await until(runs, ([run]) => run !== undefined && 'state' in run && run.state !== 'requested', PATIENCE_MS);
  expect(await runs()).toEqual([{ state: 'done', isEqual: true }]);
  await expectAnswer(app, playing, answer);
  await expectOutcome(product, portfolio, outcome);
}

/** Everything is halted, and the API is hit once that is committed: nothing may be sent until a person releases it. */
export async function playKillSwitch(product: FaultyProduct, playing: FailpointCase): Promise<void> {
  const { failpoint, action, outcome } = playing;
  const app = await product.armed('api', { failpoint, action });
  const answer = answerOf(product.api()('POST', '/v1/kill-switch', { scope: 'all', state: 'halt', reason: failpoint }));
  await untilHit(app, { failpoint, action });
  const portfolio = await product.buyIn();
  await untilHeldAsHalted(product, portfolio);
  expect({ plans: await product.plans(portfolio.id), sent: await product.sent(portfolio.id) }).toEqual({ plans: [], sent: [] });
  if (action !== 'THROW') await product.launch('api');
  await untilReleased(product);
  await product.untilEnded(portfolio.id);
  const late = await expectAnswer(app, playing, answer);
  if (action === 'STOP') expect(late).toMatchObject({ scope: 'all', state: 'halt' });
  // Its late word changes nothing any more.
  expect(await product.dataSource.query(`SELECT state FROM kill_switch WHERE scope = 'all' AND is_current`)).toEqual([{ state: 'run' }]);
  await expectOutcome(product, portfolio, outcome);
}

/** An evaluator has looked at it and has said that it holds because of the switch. */
function untilHeldAsHalted({ dataSource }: FaultyProduct, { id }: Portfolio): Promise<unknown> {
  return until(() => dataSource.query<readonly object[]>(`SELECT FROM evaluation WHERE portfolio_id = $1 AND kind = 'hold' AND reason = 'halted'`, [id]), (rows) => rows.length > 0, PATIENCE_MS);
}

/** The first request asks for the comparisons that stand in the way. */
async function untilReleased(product: FaultyProduct): Promise<void> {
  const release = () => answerOf(product.api()('POST', '/v1/kill-switch/release', { scope: 'all', reason: 'the test goes on' }));
  const released = await until(release, (answer) => 'body' in answer || !answer.failure.includes('account-unreconciled'), PATIENCE_MS);
  expect(KillSwitch.parse('body' in released ? released.body : released)).toMatchObject({ scope: 'all', state: 'run' });
}
