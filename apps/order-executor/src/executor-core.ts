import { RoundLoop, WatchHaltFile, type EventLog, type ExecutionVenue, type HaltFile, type StartupGate } from '#application';
import type { ExecutorConfiguration } from './configuration.js';
import type { Effects } from './effects.js';
import { createExecution, type ExecutionParts } from './execution.js';
import type { VenueAccess } from './live-venue.js';
import type { Stores } from './stores.js';

/** While the clock is in doubt, it is read so often. */
const DOUBT_EVERY_MS = 1_000;
const HALT_FILE_EVERY_MS = 1_000;

export interface CoreParts extends ExecutionParts {
  readonly configuration: ExecutionParts['configuration'] & Pick<ExecutorConfiguration, 'clockEveryMs' | 'heartbeatEveryMs'>;
}

interface Running {
  readonly configuration: CoreParts['configuration'];
  readonly access: VenueAccess;
  readonly stores: Stores;
  readonly gate: StartupGate;
  readonly haltFile: HaltFile;
  readonly effects: Effects;
  readonly log: EventLog;
}

/** All of an executor but what connects it: Postgres, Redis, Nest and the process itself. */
export function createExecutorCore(parts: CoreParts) {
  const execution = createExecution(parts);
  const running: Running = { ...parts, gate: execution.gate };
  const loops = [execution.schedule, ...clockLoops(running), ...heartbeatOf(running), haltFileLoop(running)];
  return {
    ...execution,
    /** Reads clock and balances once, registers the account, and tries its gate. */
    open: () => openLive(running),
    start: () => loops.forEach((loop) => loop.start()),
    /** Each waits for its round at hand. */
    stops: (): readonly Promise<unknown>[] => loops.map((loop) => loop.stop()),
  };
}

/** Read every half minute; once a second while it is in doubt. */
function clockLoops({ access: { signingClock }, configuration: { clockEveryMs }, effects: { timer }, log }: Running): readonly RoundLoop[] {
  const readInDoubt = async (): Promise<void> => {
    if (signingClock.doubt() !== null) await signingClock.read();
  };
  return [
    new RoundLoop({ name: 'venue-clock', everyMs: clockEveryMs, mayTakeLonger: true, round: () => signingClock.read(), timer, log }),
    new RoundLoop({ name: 'venue-clock-doubt', everyMs: DOUBT_EVERY_MS, mayTakeLonger: true, round: readInDoubt, timer, log }),
  ];
}

function haltFileLoop({ haltFile, stores, effects: { clock, timer }, log }: Running): RoundLoop {
  const watch = new WatchHaltFile({ haltFile, store: stores.killSwitches, clock, log });
  return new RoundLoop({ name: 'halt-file', everyMs: HALT_FILE_EVERY_MS, mayTakeLonger: true, round: () => watch.look(), timer, log });
}

function heartbeatOf(running: Running): readonly RoundLoop[] {
  const { access: { live }, configuration: { heartbeatEveryMs: everyMs }, effects: { timer }, log } = running;
  if (live === null) return [];
  return [new RoundLoop({ name: 'heartbeat', everyMs, mayTakeLonger: true, round: () => register(running, live), timer, log })];
}

/** The venue does not tell whether a key may withdraw: going live asks the operator. */
async function register({ access, stores, effects: { clock } }: Running, { accountId, mode, venue }: ExecutionVenue): Promise<void> {
  await stores.accounts.register({ id: accountId, mode, venue, keyFingerprint: access.keyFingerprint, canWithdraw: null }, clock.nowMs());
}

async function openLive(running: Running): Promise<void> {
  const { access: { live, signingClock }, gate, log } = running;
  await signingClock.read().catch((error: unknown) => log.warn({ event: 'clock-not-read', error }, "The venue's clock cannot be read yet"));
  if (live === null) return log.info({ event: 'paper-only' }, 'Holds no key: trades on paper alone');
  await register(running, live);
  // The library behind it takes a second to load, which the first order must not wait for.
  await live.trading.balances().catch((error: unknown) => log.error({ event: 'account-not-read', accountId: live.accountId, error }, 'The account cannot be read with this key yet'));
  await gate.enter(live.accountId);
}
