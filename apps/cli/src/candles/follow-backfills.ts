import { setTimeout as pause } from 'node:timers/promises';
import type { CandleBackfill } from '#contracts';
import type { ExchangeApi } from '../remote/exchange-api.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';

export interface BackfillFollowing {
  readonly signal: AbortSignal;
  readonly onChange: (backfills: readonly CandleBackfill[]) => void;
  readonly limits?: BackfillFollowLimits;
}

export interface BackfillFollowLimits {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long the API may be away altogether. */
  readonly outageMs: number;
}

const FOLLOW_LIMITS: BackfillFollowLimits = { firstPauseMs: 250, longestPauseMs: 1_000, outageMs: 120_000 };

export const hasEnded = ({ status }: CandleBackfill): boolean => status === 'completed' || status === 'failed' || status === 'canceled';

/** Asks until all have ended, in the order of `ids`. Rejects with the signal's reason, or when the API is away for too long. */
export async function followBackfills(api: ExchangeApi, ids: readonly string[], following: BackfillFollowing): Promise<readonly CandleBackfill[]> {
  const { signal, onChange, limits = FOLLOW_LIMITS } = following;
  let heardAtMs = performance.now();
  for (let pauseMs = limits.firstPauseMs; ; pauseMs = Math.min(limits.longestPauseMs, pauseMs * 1.5)) {
    signal.throwIfAborted();
    try {
      const backfills = inOrder(ids, (await api.backfills({ ids, limit: ids.length }, signal)).data);
      heardAtMs = performance.now();
      onChange(backfills);
      if (backfills.every(hasEnded)) return backfills;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || performance.now() - heardAtMs > limits.outageMs) throw error;
    }
    await pause(pauseMs, undefined, { signal });
  }
}

function inOrder(ids: readonly string[], found: readonly CandleBackfill[]): readonly CandleBackfill[] {
  const byId = new Map(found.map((backfill) => [backfill.id, backfill]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

const isPassing = (error: unknown): boolean => error instanceof CliFailure && error.exitCode === EXIT.unavailable;
