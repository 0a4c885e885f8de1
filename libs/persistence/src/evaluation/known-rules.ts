import type { KnownRules, VenueName } from '#application';
import type { MarketRules, Tradability } from '#domain';
import type { Sql } from '../session/sql.js';

/** Rules change a few times a year and are loaded every ten minutes; the executor reads them anew under its locks. */
const KEPT_MS = 5_000;

interface Kept {
  readonly sinceMs: number;
  readonly markets: Map<string, KnownRules | null>;
}

/** Rules of markets as the ingestor stored them, at most a few seconds old, so that not every look reads them. */
export class MarketRulesCache {
  private readonly byVenue = new Map<VenueName, Kept>();

  async of(sql: Sql, venue: VenueName, marketIds: ReadonlySet<string>): Promise<ReadonlyMap<string, KnownRules | null>> {
    const { markets } = this.keptOf(venue);
    const missing = [...marketIds].filter((marketId) => !markets.has(marketId));
    if (missing.length > 0) await readRules(sql, venue, missing, markets);
    return markets;
  }

  private keptOf(venue: VenueName): Kept {
    const nowMs = performance.now();
    const kept = this.byVenue.get(venue);
    if (kept !== undefined && nowMs - kept.sinceMs < KEPT_MS) return kept;
    const fresh: Kept = { sinceMs: nowMs, markets: new Map() };
    this.byVenue.set(venue, fresh);
    return fresh;
  }
}

interface MarketRow {
  readonly market_id: string;
  readonly rules: MarketRules;
  readonly tradability: Tradability;
  readonly is_listed: boolean;
  readonly seen_ms: number;
}

async function readRules(sql: Sql, venue: VenueName, marketIds: readonly string[], into: Map<string, KnownRules | null>): Promise<void> {
  const rows = await sql.rows<MarketRow>(
    'SELECT market_id, rules, tradability, is_listed, seen_ms::float8 FROM market WHERE venue = $1 AND market_id = ANY ($2::text[])', [venue, marketIds],
  );
  const found = new Map(rows.map((row) => [row.market_id, { rules: row.rules, tradability: row.tradability, isListed: row.is_listed, seenMs: row.seen_ms }]));
  for (const marketId of marketIds) into.set(marketId, found.get(marketId) ?? null);
}
