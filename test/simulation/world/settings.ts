import type { ConfigurationDraft } from '#application';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type TradingMode } from '#domain';
import type { VenueOptions } from '#exchange';
import type { Chance } from '../engine/chance.js';
import type { ProcessOdds } from '../engine/simulated-process.js';
import type { RedisOdds } from '../engine/simulated-redis.js';
import { NO_FAULTS, type FateOdds, type LinkOdds } from '../exchange/draw-fate.js';
import type { LiveKey } from './boot-executor.js';

export interface LiveAccount extends LiveKey {
  readonly deposit: string;
}

export interface PortfolioWish {
  readonly name: string;
  readonly mode: TradingMode;
  /** Null of paper. */
  readonly accountId: string | null;
  readonly capital: string;
  readonly draft: ConfigurationDraft;
}

export interface Odds {
  readonly process: ProcessOdds;
  readonly redis: RedisOdds;
  readonly link: LinkOdds;
}

/** Mean time between two of each, in minutes; 0: none. */
export interface Disturbances {
  readonly flush: number;
  readonly redisAway: number;
  readonly crash: number;
  readonly pause: number;
  readonly hostClock: number;
  readonly serverClock: number;
  readonly external: number;
  readonly venueRules: number;
  readonly operator: number;
  readonly switches: number;
  /** The exchange tells no rules for an hour or more. */
  readonly rulesAway: number;
  /** Somebody leaves an order at the exchange for a while. */
  readonly restingOrder: number;
  /** The exchange answers what is asked about orders, fills and balances as it was when it began. */
  readonly staleReads: number;
}

/** Chances that something happens just then, each at its own kind of moment. */
export interface AimedOdds {
  /** A plan begins: somebody pauses or stops its portfolio, halts it, or moves money. */
  readonly atPlan: number;
  /** Nobody knows what became of an order: money comes or goes. */
  readonly atUnknown: number;
}

/** Chances that the exchange's look-ups tell of an order less than there is, or not at all, for a while. */
export interface VeilOdds {
  readonly fills: number;
  /** Of orders whose answer was lost. */
  readonly order: number;
}

export interface WorldSettings {
  readonly feeIn: VenueOptions['feeIn'];
  readonly accounts: readonly LiveAccount[];
  readonly portfolios: readonly PortfolioWish[];
  readonly odds: Odds;
  readonly disturbances: Disturbances;
  readonly aimed: AimedOdds;
  readonly veils: VeilOdds;
  readonly roundFloorMs: number;
  readonly evaluators: number;
  /** Of the first account; of others there is one. */
  readonly executors: number;
}

export const NO_ODDS: Odds = {
  process: { crash: 0, pause: 0, longestPauseMs: 120_000, storeFailure: 0, storeSlow: 0 },
  redis: { drop: 0, duplicate: 0, delay: 0, reorder: 0 },
  link: NO_FAULTS,
};

export const QUOTE = 'USDT';

/** How rough a world is; each seed draws one. */
const ROUGHNESS = [0.25, 1, 1, 3];

/** `harsh`: processes die and stop three times as often, everything that can go wrong does, two executors, and hardly a minute without an order. */
export type Profile = 'drawn' | 'harsh';

/** What one simulated world is like: a function of its chance. */
export function drawSettings(chance: Chance, bases: readonly string[], profile: Profile = 'drawn'): WorldSettings {
  const settings = drawUsual(chance, bases, profile);
  if (profile === 'drawn') return settings.disturbances.staleReads > 0 ? withLostReplies(settings) : settings;
  const portfolios = settings.portfolios.map(({ draft, ...wish }) => {
    const parameters = { ...draft.parameters, upsideThreshold: 0.02, downsideThreshold: 0.02, cooldownMinutes: 0, evaluateEverySeconds: 60 };
    return { ...wish, draft: { ...draft, parameters, caps: DEFAULT_CAPS } };
  });
  const { process, ...odds } = settings.odds;
  const rough = { ...process, crash: 3 * process.crash, pause: 3 * process.pause, longestPauseMs: 300_000 };
  return { ...settings, portfolios, odds: { ...odds, process: rough }, executors: 2, roundFloorMs: 30_000 };
}

/** Of stale answers nothing comes but where an order was taken and nobody was told. */
function withLostReplies({ odds, ...settings }: WorldSettings): WorldSettings {
  const { link } = odds;
  return { ...settings, odds: { ...odds, link: { ...link, orders: { ...link.orders, 'lost-reply': 0.2 } } } };
}

function drawUsual(chance: Chance, bases: readonly string[], profile: Profile): WorldSettings {
  const roughness = profile === 'harsh' ? 1 : chance.pick(ROUGHNESS);
  const accounts = drawAccounts(chance);
  return {
    feeIn: chance.pick(['quote', 'quote', 'base', 'third'] as const),
    accounts,
    portfolios: drawPortfolios(chance, accounts, bases),
    odds: drawOdds(chance, roughness, profile === 'harsh' ? [1] : [0, 0.5, 1]),
    disturbances: drawDisturbances(chance, roughness, profile),
    aimed: { atPlan: roughness * chance.pick([0, 0.02, 0.05]), atUnknown: chance.pick([0, 0.05, 0.2]) },
    veils: { fills: roughness * chance.pick([0, 0.01, 0.03]), order: chance.pick([0, 0, 0.15]) },
    evaluators: chance.whole(1, 2),
    executors: chance.whole(1, 2),
    roundFloorMs: chance.pick([45_000, 90_000]),
  };
}

function drawAccounts(chance: Chance): LiveAccount[] {
  const account = (accountId: string): LiveAccount => ({ accountId, key: `key-${accountId}`, secret: `canary-secret-of-${accountId}`, deposit: String(chance.whole(10_000, 40_000)) });
  return chance.happens(0.4) ? [account('live-simulator'), account('live-second')] : [account('live-simulator')];
}

function drawPortfolios(chance: Chance, accounts: readonly LiveAccount[], bases: readonly string[]): PortfolioWish[] {
  const live = accounts.flatMap(({ accountId }) => Array.from({ length: chance.whole(1, 2) }, (_, index) => drawWish(chance, `live ${accountId} ${index}`, accountId, bases)));
  const paper = Array.from({ length: chance.whole(0, 2) }, (_, index) => drawWish(chance, `paper ${index}`, null, bases));
  return [...live, ...paper];
}

function drawWish(chance: Chance, name: string, accountId: string | null, bases: readonly string[]): PortfolioWish {
  const assets = chance.shuffled(bases).slice(0, chance.whole(2, Math.min(12, bases.length)));
  return { name, accountId, mode: accountId === null ? 'paper' : 'live', capital: String(chance.whole(1_500, 4_500)), draft: drawDraft(chance, assets) };
}

/** Tight thresholds and short cooldowns: what comes once a week otherwise comes several times an hour. */
export function drawDraft(chance: Chance, assets: readonly string[]): ConfigurationDraft {
  const usdtReserve = chance.between(0, 0.5);
  // A little more than what each has at the start: then an asset that rises meets its limit first.
  const tightPosition = Math.min(0.9, (chance.between(1.05, 1.3) * (1 - usdtReserve)) / assets.length);
  return {
    assets, quote: QUOTE,
    parameters: {
      ...DEFAULT_PARAMETERS,
      upsideThreshold: chance.between(0.03, 0.4), downsideThreshold: chance.between(0.03, 0.35), sellPercentage: chance.between(0.1, 0.5),
      usdtReserve, cooldownMinutes: chance.pick([0, 5, 30]), maxPosition: chance.happens(0.2) ? tightPosition : chance.between(0.6, 0.9), minOrderValue: chance.pick([5, 15]),
      minReserve: chance.pick([0, 0.05]), evaluateEverySeconds: chance.pick([120, 300]),
    },
    execution: { ...DEFAULT_EXECUTION, orderType: chance.pick(['market', 'market', 'ioc'] as const), maxSlippage: chance.pick([0.01, 0.03]), maxPriceMove: chance.pick([0.02, 0.05]) },
    caps: { ...DEFAULT_CAPS, maxPlansPerDay: chance.pick([10, 50, 200]), maxDailyTurnover: chance.pick([2, 4, 20]), maxDrawdown: chance.pick([null, null, 0.4]) },
  };
}

function drawOdds(chance: Chance, roughness: number, shares: readonly number[]): Odds {
  const most = (odds: number): number => roughness * odds * chance.pick(shares);
  return {
    process: { crash: most(0.002), pause: most(0.001), longestPauseMs: 120_000, storeFailure: most(0.002), storeSlow: most(0.003) },
    redis: { drop: most(0.01), duplicate: most(0.02), delay: most(0.01), reorder: most(0.1) },
    link: { orders: { ...drawFates(most), 'refused-after-acceptance': chance.happens(0.25) ? most(0.01) : 0 }, questions: drawFates((odds) => most(odds / 2)), lag: { chance: most(0.15), mostMs: chance.pick([5_000, 20_000, 120_000]) } },
  };
}

/** An edge that replays requests is not among them: what that comes to has a test of its own. */
function drawFates(most: (odds: number) => number): FateOdds {
  return {
    'refused-connection': most(0.01), 'silent-connection': most(0.005), 'lost-request': most(0.02), 'late-request': most(0.02), 'torn-request': most(0.01), 'reset-before-acceptance': most(0.01),
    'error-before-acceptance': most(0.01), 'lost-reply': most(0.02), 'late-reply': most(0.01), 'reset-after-acceptance': most(0.01), 'cut-reply': most(0.01),
    'error-after-acceptance': most(0.02), 'garbled-reply': most(0.02), 'too-many-requests': most(0.01), firewall: most(0.001), maintenance: most(0.002),
    'access-refused': most(0.001), 'lying-refusal': most(0.004), 'unknown-code': most(0.002),
  };
}

function drawDisturbances(chance: Chance, roughness: number, profile: Profile): Disturbances {
  const every = (minutes: number): number => (chance.happens(0.25) ? 0 : minutes / roughness);
  return {
    flush: every(120), redisAway: every(240), crash: every(60), pause: every(120), hostClock: every(360), serverClock: every(600), external: every(240),
    venueRules: every(400), operator: every(120), switches: every(300), rulesAway: every(1_500), restingOrder: every(400),
    // Rare, and never where planted faults are looked for: what else must not be given up may be given up there.
    staleReads: profile === 'drawn' && chance.fork('stale-reads').happens(1 / 12) ? 30 : 0,
  };
}
