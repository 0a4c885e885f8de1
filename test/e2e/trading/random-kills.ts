import type { Portfolio } from '#application';
import type { StrategyParameters } from '#domain';
import type { SpawnedApp } from '#testing';
import { until } from '../ingestor/ingest-product.js';
import { comparePaperBooks, type BookComparison } from './compare-books.js';
import { openTradingProduct, type TradingProduct, type Worker } from './trading-product.js';

export interface KillsWish {
  readonly seconds: number;
  /** Goes on for up to five times as long until so many orders were filled at the exchange: on a busy machine less happens. */
  readonly leastFills: number;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

export interface KillsResult {
  readonly kills: Readonly<Record<string, number>>;
  readonly plans: number;
  /** Orders of which somebody did not know for a while whether they had been sent. */
  readonly unknown: number;
  /** What is still open although nothing new was begun for long. */
  readonly unsettled: readonly string[];
  readonly live: BookComparison;
  readonly paperDifferences: readonly string[];
  /** Booked as coming from outside, although nothing did after the start. */
  readonly externalFlows: number;
}

/** Two of each but the ingestor, so that work changes hands too. */
const CAST: readonly Worker[] = ['price-ingestor', 'strategy-evaluator', 'strategy-evaluator', 'order-executor', 'order-executor'];
/** Trades every few seconds: prices run an hour in a second. */
const PARAMETERS: Partial<StrategyParameters> = {
  upsideThreshold: 0.02, downsideThreshold: 0.02, cooldownMinutes: 0, evaluateEverySeconds: 1, minOrderValue: 2, tradingFee: 0.0005, slippage: 0.0005,
};
const CAPS = { maxHourlyTurnover: 1_000, maxDailyTurnover: 1_000, maxPlansPerDay: 86_400, maxOrdersPerMinute: 10_000 };
const BASKETS = [['HANA', 'AIA', 'XAN'], ['SIREN', 'BSB', 'PIPPIN', 'HANA'], ['XAN', 'PYTH', 'AIA', 'TRUTH', 'BSB']] as const;
/** Long enough that whoever comes back gets to do something before the next one goes. */
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;
/** While more are down than these, nobody else is killed: coming back takes long on a busy machine. */
const MOST_DOWN = 2;
const MOST_TIMES_AS_LONG = 5;
/** Work of the dead is taken up by others after moments, not after half a minute. */
const IMPATIENCE = { ORDER_LEASE_MS: '2000', REQUEUE_EVERY_MS: '1000', REQUEUE_GRACE_MS: '2000', ABORT_PAUSE_MS: '1000', GROUP_LEASE_MS: '2000' };
/** An order that vanished is given up after half a minute of questions and the window in which it could still come. */
const QUIESCE_MS = 180_000;

/** A small generator with a seed, so that a run of kills can be asked for again (what it hits depends on the machine's pace). */
function drawn(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x2545_f491) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills workers at random while portfolios trade; then lets everything come to rest, and compares all books. */
export async function killAtRandom(wish: KillsWish): Promise<KillsResult> {
  const { seconds, seed, tell } = wish;
  const product = await openTradingProduct({ environment: IMPATIENCE, simulatorArgs: ['--speed', '3600', '--seed', String(seed), '--balances', 'USDT=100000'] });
  try {
    const cast = new Map<number, SpawnedApp>();
    await Promise.all(CAST.map(async (worker, place) => void cast.set(place, await product.start(worker))));
    await product.untilLiveAccount();
    const portfolios = await startPortfolios(product);
    tell(`${portfolios.length} portfolios trade; killing for ${seconds} s`);
    const kills = await kill(product, cast, wish);
    await comeToRest(product, portfolios, tell);
    return await resultOf(product, portfolios, kills);
  } finally {
    await product.close();
  }
}

async function startPortfolios(product: TradingProduct): Promise<readonly Portfolio[]> {
  const wishes = BASKETS.flatMap((bases, index) => (['live', 'paper'] as const).map((mode) => ({ name: `${mode} ${index}`, mode, bases, capital: '5000', parameters: PARAMETERS, caps: CAPS })));
  const portfolios = await Promise.all(wishes.map((wish) => product.create(wish)));
  await Promise.all(portfolios.map(({ id }) => product.changeState(id, 'running')));
  return portfolios;
}

async function kill(product: TradingProduct, cast: Map<number, SpawnedApp>, { seconds, leastFills, seed, tell }: KillsWish): Promise<Record<string, number>> {
  const next = drawn(seed);
  const kills: Record<string, number> = {};
  const revivals = new Set<Promise<void>>();
  const startedMs = performance.now();
  const isOver = async (): Promise<boolean> => {
    const passedMs = performance.now() - startedMs;
    return passedMs >= seconds * 1_000 && (passedMs >= MOST_TIMES_AS_LONG * seconds * 1_000 || (await product.liveFills()) >= leastFills);
  };
  while (!(await isOver())) {
    await pause(SHORTEST_PAUSE_MS + next() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    const place = placeOf([...cast.keys()], kills, next());
    if (place === undefined || cast.size < CAST.length - MOST_DOWN) continue;
    const worker = CAST[place]!;
    cast.get(place)!.kill('SIGKILL');
    cast.delete(place);
    kills[worker] = (kills[worker] ?? 0) + 1;
    const revival = pause(next() * 1_000).then(async () => void cast.set(place, await product.start(worker)));
    revivals.add(revival);
    // One that does not come back stays among them, and is told at the end.
    void revival.then(() => revivals.delete(revival), () => undefined);
  }
  await Promise.all(revivals);
  tell(`killed ${JSON.stringify(kills)}`);
  return kills;
}

/** At random, but those kinds first of which none was killed yet. */
function placeOf(places: readonly number[], kills: Readonly<Record<string, number>>, chance: number): number | undefined {
  const spared = places.filter((place) => kills[CAST[place]!] === undefined);
  const among = spared.length > 0 ? spared : places;
  return among[Math.floor(chance * among.length)];
}

/** Nothing new is begun; what was begun is brought to its end. */
async function comeToRest(product: TradingProduct, portfolios: readonly Portfolio[], tell: (line: string) => void): Promise<void> {
  await Promise.all(portfolios.map(({ id }) => product.changeState(id, 'paused')));
  const startedMs = performance.now();
  await until(() => product.unsettled(), (open) => open.length === 0, QUIESCE_MS).catch((error: unknown) => tell(String(error)));
  tell(`at rest after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
}

async function resultOf(product: TradingProduct, portfolios: readonly Portfolio[], kills: Record<string, number>): Promise<KillsResult> {
  const paper = portfolios.filter(({ mode }) => mode === 'paper');
  const paperDifferences = (await Promise.all(paper.map(({ accountId }) => comparePaperBooks(product.dataSource, accountId)))).flat();
  const [counts]: readonly { plans: number; unknown: number; flows: number }[] = await product.dataSource.query(
    `SELECT (SELECT count(*) FROM rebalance_plan)::int AS plans,
            (SELECT count(*) FROM state_event WHERE entity = 'order_attempt' AND to_state = 'unknown')::int AS unknown,
            (SELECT count(*) FROM ledger_transaction WHERE kind IN ('external-fill', 'external-withdrawal') OR (kind = 'external-deposit' AND occurred_ms > (SELECT min(created_ms) FROM portfolio)))::int AS flows`,
  );
  return { kills, plans: counts!.plans, unknown: counts!.unknown, externalFlows: counts!.flows, unsettled: await product.unsettled(), live: await product.compareBooks(), paperDifferences };
}
