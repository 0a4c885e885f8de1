/** Markets are spread over so many groups; an ingestor holds whole groups. */
export const MARKET_GROUPS = 16;

/** The group of a market: FNV-1a (32 bits) of its id, so that every process and every version agrees. */
export function marketGroupOf(marketId: string, groups: number = MARKET_GROUPS): number {
  let hash = 0x81_1c_9d_c5;
  for (let i = 0; i < marketId.length; i++) hash = Math.imul(hash ^ marketId.charCodeAt(i), 0x01_00_01_93);
  return (hash >>> 0) % groups;
}
