import type { EventLog, Failpoint, IdSource } from '#application';
import type { HttpSend } from '#exchange';
import type { Chance } from '../engine/chance.js';
import type { Life } from '../engine/simulated-process.js';
import type { SimulatedRedis } from '../engine/simulated-redis.js';
import type { WorldStores } from './stores.js';

/** What every process of the product stands on in the simulation. */
export interface Machine {
  readonly stores: WorldStores;
  readonly redis: SimulatedRedis;
  readonly ids: IdSource;
  readonly chance: Chance;
  /** The way to the exchange, with its faults. */
  readonly send: HttpSend;
  readonly origin: string;
  readonly log: (life: Life) => EventLog;
  readonly failpoint: (life: Life) => Failpoint;
  readonly isHaltFileThere: () => boolean;
}
