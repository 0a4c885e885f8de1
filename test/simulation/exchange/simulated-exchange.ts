import type { MarketRules } from '#domain';
import { openSimulatedVenue, type HttpExchange, type HttpRequest, type MarketCharacter, type ReplayedMarket, type SimulatedVenue, type VenueOptions } from '#exchange';
import type { Account } from '../../../apps/exchange-simulator/src/dialect/authentication.js';
import type { Accepted } from '../../../apps/exchange-simulator/src/dialect/call.js';
import type { ExchangeState } from '../../../apps/exchange-simulator/src/exchange-state.js';
import type { FaultEffect } from '../../../apps/exchange-simulator/src/faults/fault-effect.js';
import { FaultRules } from '../../../apps/exchange-simulator/src/faults/fault-rules.js';
import { RateLimits, USUAL_RATE_LIMITS } from '../../../apps/exchange-simulator/src/rates/rate-limits.js';
import { Records } from '../../../apps/exchange-simulator/src/records/records.js';
import { answerRequest, type Pause } from '../../../apps/exchange-simulator/src/rest/answer-request.js';
import type { Outcome } from '../../../apps/exchange-simulator/src/rest/answer.js';
import { parseRequest, type RestRequest } from '../../../apps/exchange-simulator/src/rest/rest-request.js';
import { ServerClock } from '../../../apps/exchange-simulator/src/server-clock.js';
import { VeiledOrders } from './veiled-orders.js';

const USUAL_KLINES_CAP = 500;
/** Of a usual market they reach some 3 % from the middle and are worth 46,000 of quote, ten times the largest portfolio. */
const BOOK_LEVELS = 40;

/** A market's rules, and its prices as they will come, in one-minute candles whose open times are the simulation's own. */
export interface RecordedMarket {
  readonly rules: MarketRules;
  readonly recorded: ReplayedMarket;
  /** Of its book alone, since its prices are recorded. Left out: that of a usual small coin. */
  readonly character?: MarketCharacter;
}

export interface ExchangeOptions {
  readonly seed: number;
  /** True time of the simulation, which never jumps. */
  readonly nowMs: () => number;
  readonly accounts: readonly Account[];
  readonly markets: readonly RecordedMarket[];
  readonly feeIn: VenueOptions['feeIn'];
  readonly book?: NonNullable<VenueOptions['book']>;
  readonly hasUniqueClientOrderIds?: boolean;
  readonly hasRateLimits?: boolean;
  /** Told of every order as it is accepted, be its request late, lost afterwards or replayed. */
  readonly onAccepted?: (accepted: Accepted) => void;
}

/** The exchange within this process: the simulator's REST dialect over the simulated venue, without a socket or a timer. */
export interface SimulatedExchange {
  readonly state: ExchangeState;
  readonly venue: SimulatedVenue;
  /** What look-ups do not tell yet. */
  readonly veils: VeiledOrders;
  /** How a request ends at the exchange's end of the line; `effects` are those of this request, beside the state's rules. */
  answer(request: HttpRequest, pause: Pause, effects?: readonly FaultEffect[]): Promise<Outcome>;
  /** The same as the sender sees it. What is never answered never comes back: its sender has a timeout. */
  handle(request: HttpRequest, pause: Pause, effects?: readonly FaultEffect[]): Promise<HttpExchange>;
}

export function openSimulatedExchange(options: ExchangeOptions): SimulatedExchange {
  const venue = openSimulatedVenue(venueOptions(options));
  const veils = new VeiledOrders(options.nowMs);
  const faults = new FaultsOfRequests(veils);
  const state = stateOf(options, venue, faults);
  const answer: SimulatedExchange['answer'] = (request, pause, effects = []) => {
    const arrived = arrivedOf(request);
    faults.put(arrived, effects);
    return answerRequest(arrived, state, pause);
  };
  return { state, venue, veils, answer, handle: async (...of) => exchangeOf(await answer(...of)) ?? new Promise<never>(() => undefined) };
}

function venueOptions({ seed, nowMs, markets, feeIn, book = 'deep', hasUniqueClientOrderIds = false }: ExchangeOptions): VenueOptions {
  const startMs = nowMs();
  const historyFromMs = markets.reduce((first, { recorded }) => Math.min(first, recorded.columns.openTimesMs[0] ?? startMs), startMs);
  return {
    seed, feeIn, book, bookLevels: BOOK_LEVELS, hasUniqueClientOrderIds, historyFromMs, speedFromMs: startMs, speed: 1,
    markets: markets.map(({ rules, character }) => ({ rules, listedMs: 0, ...(character === undefined ? {} : { character }) })),
    // At its own time each: nothing of the record is shifted.
    replay: { cursorMs: startMs, markets: markets.map(({ recorded }) => recorded) },
  };
}

function stateOf({ nowMs, accounts, hasRateLimits = false, onAccepted }: ExchangeOptions, venue: SimulatedVenue, faults: FaultRules): ExchangeState {
  return {
    venue, faults,
    clock: new ServerClock(nowMs),
    accounts: new Map(accounts.map((account) => [account.key, account])),
    limits: new RateLimits({ ...USUAL_RATE_LIMITS, isEnabled: hasRateLimits }),
    records: new ToldRecords(onAccepted ?? (() => undefined)),
    klinesCap: USUAL_KLINES_CAP,
    monotonicMs: nowMs,
  };
}

/** The simulator's rules, and what was drawn for one request before it came. */
class FaultsOfRequests extends FaultRules {
  private readonly drawn = new WeakMap<RestRequest, readonly FaultEffect[]>();

  constructor(private readonly veils: VeiledOrders) {
    super();
  }

  put(request: RestRequest, effects: readonly FaultEffect[]): void {
    this.drawn.set(request, effects);
  }

  override effectsOn(request: RestRequest): readonly FaultEffect[] {
    return [...(this.drawn.get(request) ?? []), ...super.effectsOn(request), ...this.veils.effectsOn(request)];
  }
}

class ToldRecords extends Records {
  constructor(private readonly tell: (accepted: Accepted) => void) {
    super();
  }

  /** Nobody asks this exchange what it was asked: the link counts. */
  override onRequest(): void {}

  override onAccepted(accepted: Accepted): void {
    super.onAccepted(accepted);
    this.tell(accepted);
  }
}

/** As Node's client writes it into the request line and its headers. */
function arrivedOf({ url, method, headers }: HttpRequest): RestRequest {
  const header = (wanted: string): string | null => Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
  // After scheme and host: what ccxt has built needs no more escapes.
  const target = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  return parseRequest({ method, target, body: '', apiKey: header('x-mexc-apikey'), contentType: header('content-type'), address: '127.0.0.1' });
}

/** What the sender's HTTP client makes of it; null: nothing, ever. */
export function exchangeOf(outcome: Outcome): HttpExchange | null {
  if (outcome.kind === 'silence') return null;
  if (outcome.kind === 'reset') return { kind: 'lost', cause: 'read ECONNRESET' };
  if (outcome.cutAfterBytes !== undefined) return { kind: 'lost', cause: 'aborted' };
  const { status, headers, body } = outcome.answer;
  return { kind: 'answered', status, retryAfter: headers['retry-after'] ?? null, body };
}
