import type { DataSource } from 'typeorm';
import type { KnownMarket, MarketStore, VenueName, VenueStatus } from '#application';
import { resemblingNames, type MarketRules, type Tradability } from '#domain';
import { inTransaction, withSession } from '../session/sql.js';

type SeenMarket = { readonly rules: MarketRules; readonly tradability: Tradability };

interface MarketRow {
  readonly rules: MarketRules;
  readonly tradability: Tradability;
  readonly is_listed: boolean;
  readonly first_seen_ms: number;
  readonly seen_ms: number;
}

const MARKET_COLUMNS = 'rules, tradability, is_listed, first_seen_ms::float8 AS first_seen_ms, seen_ms::float8 AS seen_ms';

export class PostgresMarketStore implements MarketStore {
  constructor(private readonly dataSource: DataSource) {}

  async storeMarkets(venue: VenueName, markets: readonly SeenMarket[], seenMs: number): Promise<void> {
    // A venue that lists nothing at all has not answered: it must not delist everything.
    if (markets.length === 0) throw new RangeError(`no markets of ${venue} were given; those that are known stay as they are`);
    await inTransaction(this.dataSource, 'store the markets', async (sql) => {
      const ids = markets.map(({ rules }) => rules.marketId);
      await sql.run(STORE_MARKETS, [
        venue, seenMs, ids, markets.map(({ rules }) => rules.base), markets.map(({ rules }) => rules.quote),
        markets.map(({ rules }) => JSON.stringify(rules)), markets.map(({ tradability }) => JSON.stringify(tradability)),
      ]);
      await sql.run('UPDATE market SET is_listed = false WHERE venue = $1 AND is_listed AND market_id <> ALL ($2::text[])', [venue, ids]);
    });
  }

  marketsOf(venue: VenueName, bases: readonly string[], quote: string): Promise<(KnownMarket | null)[]> {
    return withSession(this.dataSource, 'read the markets', async (sql) => {
      const rows = await sql.rows<MarketRow & { readonly base: string }>(
        `SELECT DISTINCT ON (base) base, ${MARKET_COLUMNS} FROM market
         WHERE venue = $1 AND base = ANY ($2::text[]) AND quote = $3 ORDER BY base, is_listed DESC, market.seen_ms DESC, market_id`,
        [venue, bases, quote],
      );
      const byBase = new Map(rows.map((row) => [row.base, toMarket(row)]));
      return bases.map((base) => byBase.get(base) ?? null);
    });
  }

  basesLike(venue: VenueName, name: string, limit: number): Promise<string[]> {
    return withSession(this.dataSource, 'read the names of markets', async (sql) => {
      const rows = await sql.rows<{ readonly base: string }>('SELECT DISTINCT base FROM market WHERE venue = $1 AND is_listed', [venue]);
      return resemblingNames(name, rows.map(({ base }) => base), limit);
    });
  }

  find(venue: VenueName, marketId: string): Promise<KnownMarket | null> {
    return withSession(this.dataSource, 'read a market', async (sql) => {
      const [row] = await sql.rows<MarketRow>(`SELECT ${MARKET_COLUMNS} FROM market WHERE venue = $1 AND market_id = $2`, [venue, marketId]);
      return row === undefined ? null : toMarket(row);
    });
  }

  list(venue: VenueName): Promise<KnownMarket[]> {
    return withSession(this.dataSource, 'list the markets', async (sql) => {
      const rows = await sql.rows<MarketRow>(`SELECT ${MARKET_COLUMNS} FROM market WHERE venue = $1 ORDER BY market_id`, [venue]);
      return rows.map(toMarket);
    });
  }

  async storeStatus(status: VenueStatus): Promise<void> {
    await withSession(this.dataSource, 'store the state of the exchange', (sql) =>
      sql.run(STORE_STATUS, [
        status.venue, status.origin, status.isReachable, status.lastAnswerMs, status.problem, status.clockOffsetMs,
        status.roundTripMs, status.marketsLoadedMs, status.updatedAtMs,
      ]),
    );
  }

  statusOf(venue: VenueName): Promise<VenueStatus | null> {
    return withSession(this.dataSource, 'read the state of the exchange', async (sql) => {
      const [row] = await sql.rows<VenueStatus>(
        `SELECT venue, origin, is_reachable AS "isReachable", last_answer_ms::float8 AS "lastAnswerMs", problem, clock_offset_ms AS "clockOffsetMs",
                round_trip_ms AS "roundTripMs", markets_loaded_ms::float8 AS "marketsLoadedMs", updated_ms::float8 AS "updatedAtMs"
         FROM venue_status WHERE venue = $1`,
        [venue],
      );
      return row ?? null;
    });
  }
}

function toMarket(row: MarketRow): KnownMarket {
  return { rules: row.rules, tradability: row.tradability, isListed: row.is_listed, firstSeenMs: row.first_seen_ms, seenMs: row.seen_ms };
}

const STORE_MARKETS = `
  INSERT INTO market (venue, market_id, base, quote, rules, tradability, is_listed, first_seen_ms, seen_ms)
  SELECT $1, market_id, base, quote, rules::jsonb, tradability::jsonb, true, $2, $2
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS seen (market_id, base, quote, rules, tradability)
  ORDER BY market_id
  ON CONFLICT (venue, market_id) DO UPDATE SET (base, quote, rules, tradability, is_listed, seen_ms) =
    (EXCLUDED.base, EXCLUDED.quote, EXCLUDED.rules, EXCLUDED.tradability, true, greatest(market.seen_ms, EXCLUDED.seen_ms))`;

/** The later of what was stored and what is told, at most the report's own time; null while nobody has told any, which least() would pass over. */
const notAfterReport = (column: string): string =>
  `CASE WHEN coalesce(venue_status.${column}, EXCLUDED.${column}) IS NOT NULL THEN least(greatest(venue_status.${column}, EXCLUDED.${column}), EXCLUDED.updated_ms) END`;

/** What another ingestor has seen since then stays, unless it dates from the future: a clock that ran ahead must not silence those that go right. */
const STORE_STATUS = `
  INSERT INTO venue_status (venue, origin, is_reachable, last_answer_ms, problem, clock_offset_ms, round_trip_ms, markets_loaded_ms, updated_ms)
  VALUES ($1, $2, $3, $4, left($5, 2000), $6, $7, $8, $9)
  ON CONFLICT (venue) DO UPDATE SET (origin, is_reachable, last_answer_ms, problem, clock_offset_ms, round_trip_ms, markets_loaded_ms, updated_ms) =
    (EXCLUDED.origin, EXCLUDED.is_reachable, ${notAfterReport('last_answer_ms')}, EXCLUDED.problem,
     coalesce(EXCLUDED.clock_offset_ms, venue_status.clock_offset_ms), coalesce(EXCLUDED.round_trip_ms, venue_status.round_trip_ms),
     ${notAfterReport('markets_loaded_ms')}, EXCLUDED.updated_ms)
  WHERE venue_status.updated_ms <= EXCLUDED.updated_ms OR venue_status.updated_ms > extract(epoch FROM now()) * 1000 + 5000`;
