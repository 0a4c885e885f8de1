import type { Portfolio } from '#application';
import { needsPrices } from '#domain';
import { replaceWatches } from '../ingest/price-watch-rows.js';
import type { Sql } from '../session/sql.js';

type Watcher = Pick<Portfolio, 'id' | 'venue' | 'state' | 'shard' | 'configuration'>;

/** A portfolio watches the markets of its basket for as long as its state needs prices. */
export function watchPrices(sql: Sql, { id, venue, state, shard, configuration }: Watcher): Promise<void> {
  const markets = needsPrices(state) ? configuration.assets.map(({ marketId }) => ({ marketId, shard })) : [];
  return replaceWatches(sql, venue, id, markets);
}
