import type { MarketStore } from '../markets/market-store.port.js';
import type { Clock } from '../ports/clock.port.js';
import type { VenueName } from '../ports/market-data.port.js';

/** The offset drifts by milliseconds an hour; an ingestor measures it every ten seconds. */
const KEPT_MS = 5_000;

/** The venue's clock, as the ingestors measured how far it is from ours. */
export class MeasuredClock {
  private offset: { readonly ms: number | null; readonly readMs: number } | null = null;

  constructor(private readonly parts: { readonly store: Pick<MarketStore, 'statusOf'>; readonly venue: VenueName; readonly clock: Clock }) {}

  /** In whole milliseconds; null: nobody has measured it yet. @throws StoreFailure */
  async nowMs(): Promise<number | null> {
    const { store, venue, clock } = this.parts;
    const readMs = clock.nowMs();
    if (this.offset === null || this.offset.ms === null || Math.abs(readMs - this.offset.readMs) >= KEPT_MS) {
      this.offset = { ms: (await store.statusOf(venue))?.clockOffsetMs ?? null, readMs };
    }
    return this.offset.ms === null ? null : Math.floor(clock.nowMs() + this.offset.ms);
  }
}
