import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Counter } from './budget-limits.js';

/** What is sent evenly may arrive in a heap: so much longer a window is counted than the venue's. */
const ARRIVAL_SPREAD_MS = 200;
/** While Redis is away every process by itself may take so much; ten of them stay within the limit. */
const SHARE_WITHOUT_REDIS = 0.1;

/**
 * The library's own script counts in fixed windows, which let twice the limit through around the end of one; this one, put
 * in its place by the library's hook, counts in 20 slices of a sliding window, so that the limit holds in every window
 * that a venue may look at. A slice counts until all of it has left. What is refused is not counted, and tells when it
 * would pass. Negative points are given back from the oldest slice, so that what remains never counts too little. Slices
 * of the future (the clock went back) count as of now. Redis' own clock, since the processes' may differ.
 * ARGV: points, seconds, limit. Returns the count (above the limit: refused) and milliseconds.
 */
const SLIDING_WINDOW = `
local points, windowMs, limit = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000 + ${ARRIVAL_SPREAD_MS}, tonumber(ARGV[3])
local sliceMs = math.ceil(windowMs / 20)
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local current = math.floor(nowMs / sliceMs)
local used, slices = 0, {}
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local slice, count = tonumber(stored[i]), tonumber(stored[i + 1])
  if slice > current then
    redis.call('HDEL', KEYS[1], stored[i])
    redis.call('HINCRBY', KEYS[1], current, count)
    slice = current
  end
  local leavesMs = (slice + 1) * sliceMs + windowMs
  if leavesMs <= nowMs then
    redis.call('HDEL', KEYS[1], stored[i])
  else
    used = used + count
    slices[#slices + 1] = { slice = slice, count = count, leavesMs = leavesMs }
  end
end
table.sort(slices, function(one, other) return one.slice < other.slice end)
if points < 0 then
  local left = -points
  for _, held in ipairs(slices) do
    local back = math.min(left, held.count)
    if back > 0 then redis.call('HINCRBY', KEYS[1], held.slice, -back) end
    left = left - back
  end
  return { math.max(0, used + points), windowMs }
end
if used + points > limit then
  local needed, waitMs = used + points - limit, windowMs
  for _, held in ipairs(slices) do
    needed = needed - held.count
    if needed <= 0 then
      waitMs = held.leavesMs - nowMs
      break
    end
  end
  return { limit + 1, waitMs }
end
redis.call('HINCRBY', KEYS[1], current, points)
redis.call('PEXPIRE', KEYS[1], windowMs + 2 * sliceMs)
return { used + points, windowMs }
`;

/** Counts of one venue, shared by all processes over Redis; by each one alone, and small, while Redis is away. */
export class SlidingWindows {
  private readonly limiters = new Map<string, RateLimiterRedis>();

  constructor(
    private readonly client: Redis,
    private readonly keyPrefix: string,
  ) {}

  /** Raises the counter, or returns in how many milliseconds that may be tried again. */
  async raise({ key, windowSeconds, limit, points }: Counter): Promise<number> {
    try {
      await this.limiter(limit, windowSeconds).consume(key, points);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(1, refusal.msBeforeNext);
    }
  }

  async giveBack({ key, windowSeconds, limit, points }: Counter): Promise<void> {
    await this.limiter(limit, windowSeconds).reward(key, points);
  }

  /** One object a limit; the counts are by key, so that halved limits and whole ones look at the same. */
  private limiter(limit: number, windowSeconds: number): RateLimiterRedis {
    const name = `${limit}/${windowSeconds}`;
    const known = this.limiters.get(name);
    if (known !== undefined) return known;
    const options = { keyPrefix: this.keyPrefix, duration: windowSeconds };
    const limiter = new RateLimiterRedis({
      ...options, points: limit, storeClient: this.client, rejectIfRedisNotReady: true, customIncrTtlLuaScript: SLIDING_WINDOW,
      insuranceLimiter: new SmallShare({ ...options, points: Math.max(1, Math.floor(limit * SHARE_WITHOUT_REDIS)) }),
    });
    this.limiters.set(name, limiter);
    return limiter;
  }
}

/** A request that is heavier than the share takes all of it. */
class SmallShare extends RateLimiterMemory {
  override consume(key: string | number, points = 1): Promise<RateLimiterRes> {
    return super.consume(key, Math.min(points, this.points));
  }
}
