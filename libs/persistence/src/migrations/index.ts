import { Candles1764000000001 } from './1764000000001-candles.js';
import { Runs1764000000002 } from './1764000000002-runs.js';
import { Access1764000000003 } from './1764000000003-access.js';
import { MarketData1764000000004 } from './1764000000004-market-data.js';
import { PriceWatch1764000000005 } from './1764000000005-price-watch.js';
import { Trading1764000000006 } from './1764000000006-trading.js';

/** In the order in which they run; a migration that has been released is never changed, only followed. */
export const MIGRATIONS = [
  Candles1764000000001, Runs1764000000002, Access1764000000003, MarketData1764000000004, PriceWatch1764000000005, Trading1764000000006,
] as const;
