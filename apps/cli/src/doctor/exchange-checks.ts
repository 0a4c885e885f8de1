import { UNLIMITED_BUDGET, VenueFailure, type MarketDataPort } from '#application';
import { systemClock, systemTimer } from '#platform';
import type { CliContext } from '../context.js';
import { exchangeSetting, type KnownExchange } from '../settings/exchange-setting.js';
import { duration } from '../terminal/figures.js';
import { accountVerdict } from './account-verdict.js';
import { assetVerdicts, marketsVerdict, type WantedAsset } from './asset-verdicts.js';
import { failed, passed, skipped, type CheckResult } from './check.js';
import { clockVerdict } from './clock-verdict.js';
import { readExchangeKey, type ExchangeKey } from './exchange-key.js';

/** Somebody waits at a terminal. */
const PATIENCE = { timeoutMs: 5_000, retry: { tries: 2, totalMs: 6_000 } } as const;
const DEPENDENT = ['exchange clock', 'markets', 'assets'] as const;

export interface ExchangeQuestions {
  /** Named on the command line, or else those whose candles are stored. */
  readonly assets: readonly WantedAsset[];
  readonly isAskedFor: boolean;
}

/** Asks the exchange itself, by the same adapter that the workers use. */
export async function checkExchange({ settings, environment }: CliContext, questions: ExchangeQuestions): Promise<readonly CheckResult[]> {
  const exchange = exchangeSetting(settings.exchange);
  if (exchange.kind === 'none') return [skipped('exchange', 'none is known: EXCHANGE is not set, and nothing was started here'), ...unasked('no exchange is known')];
  if (exchange.kind === 'malformed') return [failed('exchange', exchange.detail, 'EXCHANGE=mexc, or EXCHANGE=simulator with EXCHANGE_URL'), ...unasked('no exchange is known')];
  try {
    const options = await optionsOf(exchange);
    const { createMexcMarketData } = await import('#exchange');
    const publicChecks = await checkPublicData(createMexcMarketData(options), exchange, questions);
    return [...publicChecks, await checkAccount(options, readExchangeKey(environment))];
  } catch (error) {
    return [unreachable(exchange, error), ...unasked('the exchange does not answer'), skipped('account', 'the exchange does not answer')];
  }
}

async function optionsOf({ venue, origin, trustedHosts }: KnownExchange) {
  const { MEXC_ORIGIN } = await import('#exchange');
  return {
    venue, origin: origin ?? MEXC_ORIGIN, trustedHosts,
    budget: UNLIMITED_BUDGET, purpose: 'ingestion' as const, clock: systemClock, timer: systemTimer, ...PATIENCE,
  };
}

async function checkPublicData(data: MarketDataPort, exchange: KnownExchange, questions: ExchangeQuestions): Promise<readonly CheckResult[]> {
  const clock = await data.serverTime();
  const [markets, apiMarketIds] = await Promise.all([data.markets(), data.apiMarketIds()]);
  const seen = { markets, apiMarketIds };
  return [
    passed('exchange', `${inWords(exchange)} answers in ${duration(clock.roundTripMs)}`),
    clockVerdict(clock),
    marketsVerdict(seen),
    ...assetVerdicts(seen, questions.assets, questions.isAskedFor),
  ];
}

type MexcOptions = Awaited<ReturnType<typeof optionsOf>>;

/** A signed question that changes nothing: whether the key, its secret, its address list and its rights are in order. */
async function checkAccount(options: MexcOptions, key: ExchangeKey): Promise<CheckResult> {
  if (key.kind === 'none') return skipped('account', 'no key: EXCHANGE_API_KEY and EXCHANGE_API_SECRET are not set, and public data needs none');
  if (key.kind === 'incomplete') return failed('account', key.detail, key.fix);
  const { apiKey, secret } = key;
  try {
    const { createMexcTrading } = await import('#exchange');
    const balances = await createMexcTrading({ ...options, credentials: { apiKey, secret } }).balances();
    const asked = options.venue === 'SIMULATOR' ? 'the simulator, not MEXC' : 'MEXC';
    return passed('account', `the key is accepted by ${asked}; balances of ${balances.length} ${balances.length === 1 ? 'asset' : 'assets'}`);
  } catch (error) {
    return accountVerdict(options.venue, error, [apiKey, secret]);
  }
}

const unasked = (why: string): CheckResult[] => DEPENDENT.map((name) => skipped(name, why));

function unreachable(exchange: KnownExchange, error: unknown): CheckResult {
  const reason = error instanceof Error ? error.message : String(error);
  return failed('exchange', `${inWords(exchange)}: ${reason}`, remedyOf(exchange, error));
}

function remedyOf({ name }: KnownExchange, error: unknown): string {
  if (name === 'mexc') return "see whether this machine reaches https://api.mexc.com, and MEXC's status page";
  if (error instanceof VenueFailure && error.kind === 'wrong-host') return 'set EXCHANGE_TRUSTED_HOSTS to its host if a simulator of yours is there';
  return 'npm start, or npm run simulator';
}

function inWords({ name, origin }: KnownExchange): string {
  const what = name === 'simulator' ? 'simulator (made prices, play money)' : 'MEXC (real market data)';
  return origin === null ? what : `${what} at ${origin}`;
}
