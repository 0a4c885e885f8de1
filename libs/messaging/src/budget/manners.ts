import type { Redis } from 'ioredis';
import type { BudgetPenalty } from '#application';
import { DEEPEST_LEVEL } from './budget-limits.js';

/** For so long limits stay halved; each further level of it takes as long again to go. */
const RECOVERY_MS = 600_000;
/** Requests that were under way together are refused together: that is one offense. */
const SAME_OFFENSE_MS = 5_000;
/** MEXC's bans last from 2 minutes to 3 days, its firewall's cool-down about 10 minutes. */
const SHORTEST_BAN_MS = 600_000;
const LONGEST_BAN_MS = 3 * 86_400_000;
/** Who asks for a longer silence with a 429 means something else, or has made a mistake; it will say so again. */
const LONGEST_SILENCE_MS = 3_600_000;

/** How the venue wants to be treated now. */
export interface Manners {
  /** Limits are divided by two to the power of it. */
  readonly level: number;
  /** Nothing is sent for so long; the end is near enough to wait for. */
  readonly silentForMs: number;
  /** The breaker is open for so long. */
  readonly bannedForMs: number;
}

export interface MannersOptions {
  readonly key: string;
  readonly recoveryMs?: number;
  readonly shortestBanMs?: number;
}

/** Reads with an empty kind, and changes with one of a penalty's. By Redis' clock, so that all processes agree. */
const MANNERS = `
local recoveryMs, kind, forMs = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local fields = redis.call('HMGET', KEYS[1], 'level', 'sinceMs', 'silentUntilMs', 'bannedUntilMs')
local level, sinceMs = tonumber(fields[1] or 0), tonumber(fields[2] or 0)
local silentUntilMs, bannedUntilMs = tonumber(fields[3] or 0), tonumber(fields[4] or 0)
local recovered = math.min(level, math.max(0, math.floor((nowMs - sinceMs) / recoveryMs)))
level = level - recovered
if kind == 'rate-limited' then
  if level == 0 or nowMs - sinceMs >= ${SAME_OFFENSE_MS} then
    level, sinceMs = math.min(${DEEPEST_LEVEL}, level + 1), nowMs
  else
    sinceMs = sinceMs + recovered * recoveryMs
  end
  silentUntilMs = math.max(silentUntilMs, nowMs + forMs)
elseif kind == 'banned' then
  sinceMs = sinceMs + recovered * recoveryMs
  bannedUntilMs = math.max(bannedUntilMs, nowMs + forMs)
end
if kind ~= '' then
  redis.call('HSET', KEYS[1], 'level', level, 'sinceMs', sinceMs, 'silentUntilMs', silentUntilMs, 'bannedUntilMs', bannedUntilMs)
  local keptMs = math.max(silentUntilMs, bannedUntilMs, sinceMs + level * recoveryMs) - nowMs
  redis.call('PEXPIRE', KEYS[1], math.max(1000, keptMs))
end
return { level, math.max(0, silentUntilMs - nowMs), math.max(0, bannedUntilMs - nowMs) }
`;

/** Clocks and trips account for less. */
const FORGOTTEN_MS = 1_000;
const isTimeout = (error: unknown): boolean => error instanceof Error && /timed out/u.test(error.message);

type MannersCommand = (key: string, recoveryMs: number, kind: string, forMs: number) => Promise<[number, number, number]>;

/**
 * The venue's penalties, shared over Redis. What this process was told or has read it also keeps by itself: a Redis that
 * is away, or was emptied, does not make it forget a ban.
 */
export class SharedManners {
  private readonly command: MannersCommand;
  private level = 0;
  private levelUntilMs = 0;
  private silentUntilMs = 0;
  private bannedUntilMs = 0;

  constructor(
    private readonly client: Redis,
    private readonly options: MannersOptions,
  ) {
    client.defineCommand('budgetManners', { numberOfKeys: 1, lua: MANNERS });
    this.command = (client as unknown as { budgetManners: MannersCommand }).budgetManners.bind(client);
  }

  /** Never rejects. What Redis does not know, because it was away or emptied, it is told again. */
  async now(): Promise<Manners> {
    const shared = await this.ask('', 0);
    const own = this.own();
    if (shared !== null && own.bannedForMs - shared.bannedForMs > FORGOTTEN_MS) await this.ask('banned', Math.ceil(own.bannedForMs));
    return own;
  }

  async penalize({ kind, retryAfterMs }: BudgetPenalty): Promise<void> {
    const isBan = kind === 'banned';
    const shortestMs = isBan ? (this.options.shortestBanMs ?? SHORTEST_BAN_MS) : 0;
    const forMs = Math.min(isBan ? LONGEST_BAN_MS : LONGEST_SILENCE_MS, Math.max(shortestMs, retryAfterMs ?? 0));
    this.remember(isBan ? this.level : Math.max(1, this.level), isBan ? 0 : forMs, isBan ? forMs : 0);
    await this.ask(kind, Math.ceil(forMs));
  }

  /** Null where Redis gave no answer. */
  private async ask(kind: BudgetPenalty['kind'] | '', forMs: number): Promise<Manners | null> {
    if (this.client.status !== 'ready') return null;
    try {
      const [level, silentForMs, bannedForMs] = await this.command(this.options.key, this.recoveryMs, kind, forMs);
      this.remember(level, silentForMs, bannedForMs, true);
      return { level, silentForMs, bannedForMs };
    } catch (error) {
      // A peer that has silently vanished would keep the connection "ready" for minutes, and every command waiting.
      if (isTimeout(error) && this.client.status === 'ready') this.client.disconnect(true);
      return null;
    }
  }

  private get recoveryMs(): number {
    return this.options.recoveryMs ?? RECOVERY_MS;
  }

  /** What Redis says about the level is the truth; waits are only ever prolonged. */
  private remember(level: number, silentForMs: number, bannedForMs: number, isTruth = false): void {
    const nowMs = performance.now();
    if (isTruth || level > this.level) this.levelUntilMs = nowMs + this.recoveryMs;
    this.level = isTruth ? level : Math.max(level, this.level);
    this.silentUntilMs = Math.max(this.silentUntilMs, nowMs + silentForMs);
    this.bannedUntilMs = Math.max(this.bannedUntilMs, nowMs + bannedForMs);
  }

  private own(): Manners {
    const nowMs = performance.now();
    return {
      level: nowMs < this.levelUntilMs ? this.level : 0,
      silentForMs: Math.max(0, this.silentUntilMs - nowMs),
      bannedForMs: Math.max(0, this.bannedUntilMs - nowMs),
    };
  }
}
