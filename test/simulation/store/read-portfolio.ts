import type { Portfolio } from '#application';
import { keyOf, type MemoryDatabase } from './memory-database.js';

/** With the version of its configuration that holds. */
export function readPortfolio({ portfolios, configurations }: MemoryDatabase, id: string): Portfolio | null {
  const row = portfolios.get(id);
  if (row === undefined) return null;
  const { changedBy: _by, ...portfolio } = row;
  const { configuration, sha256 } = configurations.get(keyOf(id, row.configVersion))!;
  return { ...portfolio, configuration, configSha256: sha256 };
}
