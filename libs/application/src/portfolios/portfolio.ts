import type { DecimalText, PortfolioConfiguration, PortfolioState, TradingMode } from '#domain';
import type { VenueName } from '../ports/market-data.port.js';

export interface Portfolio {
  /** pf_ and a ULID. */
  readonly id: string;
  /** Unique among those that are not deleted. */
  readonly name: string;
  readonly mode: TradingMode;
  /** Whose prices decide, and for `live` where orders go. */
  readonly venue: VenueName;
  readonly accountId: string;
  readonly state: PortfolioState;
  /** Looks at portfolios are queued by shard. */
  readonly shard: number;
  readonly configVersion: number;
  readonly configuration: PortfolioConfiguration;
  /** SHA-256 of the configuration's canonical JSON. */
  readonly configSha256: string;
  /** Quote currency that it was given at the start. */
  readonly capital: DecimalText;
  /** True once a plan of the start has filled something. */
  readonly isAllocated: boolean;
  /** Grows with every change of the row: for If-Match. */
  readonly version: number;
  readonly createdMs: number;
  readonly changedMs: number;
  /** Why it is in its state, where something else than its owner's wish put it there. */
  readonly stateReason: string | null;
}

/** What an account holds of one asset, for one portfolio or unassigned (`portfolioId` null). */
export interface Holding {
  readonly accountId: string;
  readonly portfolioId: string | null;
  readonly asset: string;
  readonly quantity: DecimalText;
  /** Venue's time of the last fill of this portfolio in this asset; null: never. */
  readonly lastFillMs: number | null;
}

export interface ConfigurationVersion {
  readonly version: number;
  readonly configuration: PortfolioConfiguration;
  readonly sha256: string;
  readonly createdMs: number;
  readonly createdBy: string;
}

export interface EquityPoint {
  readonly atMs: number;
  /** Quote: holdings at their mids, and cash. */
  readonly equity: number;
  readonly cash: number;
  /** External flows into the portfolio since the point before (out of it: negative), in quote. */
  readonly flows: number;
  /** Time-weighted: 1 at the first point, net of flows. */
  readonly returnIndex: number;
  /** Largest distance of the index below its peak so far, as a fraction of it, since the point before. */
  readonly drawdown: number;
}
