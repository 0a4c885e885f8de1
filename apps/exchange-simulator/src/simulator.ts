import { defaultMarkets, makeMarkets, openSimulatedVenue, type SimulatedVenue, type VenueOptions } from '#exchange';
import { systemClock, systemTimer, type Logger } from '#platform';
import type { SimulatorConfiguration } from './configuration.js';
import { startControlServer } from './control/control-server.js';
import type { ExchangeState } from './exchange-state.js';
import { FaultRules } from './faults/fault-rules.js';
import { RateLimits, USUAL_RATE_LIMITS } from './rates/rate-limits.js';
import { readReplay } from './read-replay.js';
import { Records } from './records/records.js';
import { startRestServer } from './rest/rest-server.js';
import { ServerClock } from './server-clock.js';
import { readJournal, type JournalEntry } from './state/journal.js';
import { keptVenue, redo } from './state/kept-venue.js';
import { readStateFile, StateFileError, type SavedState } from './state/state-file.js';
import { journalOf, StateKeeper } from './state/state-keeper.js';
import { lockState } from './state/state-lock.js';
import { differenceOf, type World } from './state/world.js';

/** Whoever signs, it is this account. */
const ACCOUNT_ID = 'main';
/** Resting orders meet the prices at least so often, whether anybody asks or not. */
const ADVANCE_EVERY_MS = 1_000;

export interface Simulator {
  readonly url: string;
  readonly controlUrl: string;
  /** Stops serving, then keeps what there is to keep. */
  stop(): Promise<void>;
}

/** @throws StateFileError, CandleFileFailure, or the system's error where a port cannot be had */
export async function startSimulator(configuration: SimulatorConfiguration, log: Logger): Promise<Simulator> {
  const { STATE_FILE: file } = configuration;
  const unlock = file === undefined ? () => undefined : await lockState(file);
  try {
    const simulator = await open(configuration, log);
    return { ...simulator, stop: () => simulator.stop().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function open(configuration: SimulatorConfiguration, log: Logger): Promise<Simulator> {
  const { STATE_FILE: file, CLOCK_SHIFT_MS: shiftMs } = configuration;
  const world = worldOf(configuration);
  const saved = file === undefined ? null : savedOf(file, world);
  const done = file === undefined || saved === null ? [] : readJournal(journalOf(file), saved.journal);
  const clock = new ServerClock(systemClock.nowMs, shiftMs, lastMsOf(saved, done));
  const speedFromMs = saved?.speedFromMs ?? clock.venueMs();
  const venue = openSimulatedVenue(await venueOptions(configuration, speedFromMs, saved));
  if (saved === null) for (const [asset, free] of configuration.BALANCES) venue.setFree(ACCOUNT_ID, asset, free);
  redo(venue, done);
  const stateNow = () => ({ format: 1 as const, world, speedFromMs, venueMs: clock.venueMs(), venue: venue.state() });
  const keeper = file === undefined ? null : new StateKeeper(file, stateNow, log, { lastJournal: saved?.journal ?? 0 });
  const kept = keeper === null ? venue : keptVenue(venue, (entry) => keeper.record(entry));
  return serve(configuration, exchangeState(configuration, kept, clock), keeper, log);
}

/** The venue's time never goes back. */
function lastMsOf(saved: SavedState | null, done: readonly JournalEntry[]): number {
  return Math.max(saved?.venueMs ?? 0, done.at(-1)?.atMs ?? 0);
}

function worldOf({ SEED, SPEED, HISTORY_FROM, MARKETS, FEE_IN, BOOK, REPLAY_DIR, REPLAY_FROM }: SimulatorConfiguration): World {
  return {
    seed: SEED, speed: SPEED, historyFromMs: HISTORY_FROM, markets: MARKETS, feeIn: FEE_IN, book: BOOK,
    replayDir: REPLAY_DIR ?? null, replayFromMs: REPLAY_FROM ?? null,
  };
}

function savedOf(file: string, world: World): SavedState | null {
  const saved = readStateFile(file);
  const difference = saved === null ? null : differenceOf(saved.world, world);
  if (difference !== null) throw new StateFileError(`${file} belongs to other prices: ${difference}; start as before, or name another file with --state`);
  return saved;
}

async function venueOptions(configuration: SimulatorConfiguration, speedFromMs: number, saved: SavedState | null): Promise<VenueOptions> {
  const { SEED: seed, SPEED: speed, HISTORY_FROM: historyFromMs, FEE_IN: feeIn, BOOK: book, UNIQUE_CLIENT_ORDER_IDS: hasUniqueClientOrderIds } = configuration;
  const made = [...defaultMarkets({ historyFromMs, speedFromMs }), ...makeMarkets(configuration.MARKETS, seed, historyFromMs)];
  const replay = configuration.REPLAY_DIR === undefined ? undefined : await readReplay(configuration.REPLAY_DIR, configuration.REPLAY_FROM ?? null, speedFromMs);
  // What is recorded is not made as well.
  const markets = replay === undefined ? made : [];
  return { seed, speed, speedFromMs, historyFromMs, feeIn, book, hasUniqueClientOrderIds, markets, replay, state: saved?.venue };
}

function exchangeState(configuration: SimulatorConfiguration, venue: SimulatedVenue, clock: ServerClock): ExchangeState {
  const account = { id: ACCOUNT_ID, key: configuration.SIMULATOR_KEY, secret: configuration.SIMULATOR_SECRET };
  return {
    venue, clock,
    accounts: new Map([[account.key, account]]),
    faults: new FaultRules(),
    limits: new RateLimits({ ...USUAL_RATE_LIMITS, isEnabled: configuration.RATE_LIMIT }),
    records: new Records(),
    klinesCap: configuration.KLINES_CAP,
    monotonicMs: () => performance.now(),
  };
}

async function serve(configuration: SimulatorConfiguration, state: ExchangeState, keeper: StateKeeper | null, log: Logger): Promise<Simulator> {
  const control = await startControlServer({ host: configuration.CONTROL_HOST, port: configuration.CONTROL_PORT }, state, log);
  const rest = await startRestServer({ host: configuration.HOST, port: configuration.PORT }, state, log);
  const endAdvancing = systemTimer.every(ADVANCE_EVERY_MS, () => advance(state, log));
  const stop = async (): Promise<void> => {
    endAdvancing();
    await Promise.all([rest.close(), control.close()]);
    keeper?.stop();
  };
  return { url: rest.url, controlUrl: control.url, stop };
}

function advance({ venue, clock }: ExchangeState, log: Logger): void {
  try {
    venue.advance(clock.venueMs());
  } catch (error) {
    log.error({ event: 'advance-failed', error }, 'What the passing of time has done could not be kept');
  }
}
