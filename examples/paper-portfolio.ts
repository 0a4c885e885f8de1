/**
 * A paper portfolio driven by code over the HTTP API: created, started, bought into, explained, deleted. With `npm start`
 * running, `npx tsx -C source examples/paper-portfolio.ts` prints what it came to. Of an API elsewhere REBALANCER_API_URL
 * is the address and REBALANCER_TOKEN_FILE the file with its access token.
 */
import { CreatePortfolio, Explanation, PlanPage, Portfolio, Problem, type Plan } from '#contracts';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 250;

interface Schema<Body> {
  parse(value: unknown): Body;
}

export interface ApiAccess {
  readonly url: string;
  readonly token: string;
}

/** @throws with the API's own words, the first fault included */
async function send({ url, token }: ApiAccess, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}/v1${path}`, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(30_000),
  });
  const answer: unknown = response.status === 204 ? null : await response.json();
  if (response.ok) return answer;
  const { detail, errors = [] } = Problem.parse(answer);
  throw new Error([`${method} ${path}: ${detail}`, ...errors.map((fault) => `${fault.pointer}: ${fault.detail}`)].join('\n'));
}

async function get<Body>(access: ApiAccess, path: string, schema: Schema<Body>): Promise<Body> {
  return schema.parse(await send(access, 'GET', path));
}

/** The plan that buys the portfolio into equal weights, once it has ended. An evaluator decides it, an executor carries it out. */
async function firstPlan(access: ApiAccess, id: string): Promise<Plan> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const [plan] = (await get(access, `/portfolios/${id}/plans`, PlanPage)).data;
    if (plan !== undefined && plan.finishedAt !== null) return plan;
    await pause(LOOK_EVERY_MS);
  }
  const { obstacles } = await get(access, `/portfolios/${id}`, Portfolio);
  throw new Error(`no plan has ended within ${PATIENCE_MS / 1_000} s; against it: ${obstacles.map(({ detail }) => detail).join('; ') || 'nothing'}`);
}

export interface ExampleOutcome {
  readonly plan: Plan;
  readonly portfolio: Portfolio;
  readonly explanation: Explanation;
}

export async function runExample(access: ApiAccess, name: string): Promise<ExampleOutcome> {
  const request = CreatePortfolio.parse({ name, assets: ['HANA', 'AIA', 'XAN'], capital: '10000', parameters: { usdtReserve: 0.2, cooldownMinutes: 15 } });
  const { id } = Portfolio.parse(await send(access, 'POST', '/portfolios', request));
  try {
    await send(access, 'POST', `/portfolios/${id}/start`, {});
    const plan = await firstPlan(access, id);
    return { plan, portfolio: await get(access, `/portfolios/${id}`, Portfolio), explanation: await get(access, `/portfolios/${id}/explain`, Explanation) };
  } finally {
    await send(access, 'POST', `/portfolios/${id}/stop`, {});
    await send(access, 'DELETE', `/portfolios/${id}`);
  }
}

export function describeOutcome({ plan, portfolio, explanation }: ExampleOutcome): string {
  return [
    `${portfolio.name}, ${portfolio.money} at ${portfolio.venue}'s prices: the plan of the start is ${plan.state}`,
    ...portfolio.holdings.map(({ asset, quantity, value }) => `  ${asset}  ${quantity} for ${value === null ? 'an unknown value' : value.toFixed(2)}`),
    `  ${portfolio.quote}  ${portfolio.cash}`,
    ...explanation.assets.map(({ asset, price, triggers }) => `${asset} at ${price ?? 'no price'}: sold above ${triggers.upsideAbove ?? 'none'}, bought below ${triggers.downsideBelow ?? 'none'}`),
    `now: ${explanation.verdict?.detail ?? 'a price is missing'}`,
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { REBALANCER_API_URL: url = 'http://127.0.0.1:3000', REBALANCER_TOKEN_FILE: tokenFile = '.data/access-token' } = process.env;
  const access = { url, token: readFileSync(tokenFile, 'utf8').trim() };
  process.stdout.write(`${describeOutcome(await runExample(access, `example ${process.pid}`))}\n`);
}
