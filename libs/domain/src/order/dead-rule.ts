/** Judgements, not laws; that no request is accepted after its receive window is the venue's own law. */
export interface DeadRuleLimits {
  /** Beyond the receive window, for the venue's own tolerance of a clock ahead of its own. */
  readonly fenceExtraMs: number;
  /** Answers "not found" that it takes, and over how long they are spread at least. */
  readonly minVotes: number;
  readonly minSpreadMs: number;
  /** After this a person decides. */
  readonly humanAfterMs: number;
  /** How long no plan touches the market of a dead order. */
  readonly quarantineMs: number;
}

export const DEAD_RULE: DeadRuleLimits = Object.freeze({
  fenceExtraMs: 1_000, minVotes: 3, minSpreadMs: 30_000, humanAfterMs: 1_800_000, quarantineMs: 300_000,
});

/** An attempt whose outcome nobody knows, and what looking for it has brought to light by now. */
export interface UnknownAttempt {
  readonly attempt: {
    readonly signMs: number;
    readonly receiveWindowMs: number;
    readonly notFoundVotes: number;
    readonly firstVoteMs: number | null;
    readonly createdMs: number;
  };
  /** From a response of the venue's, never from a clock here. */
  readonly serverNowMs: number;
  readonly isInOpenOrders: boolean;
  readonly hasTradeSince: boolean;
  readonly isBalanceUnchanged: boolean;
  readonly limits?: Partial<DeadRuleLimits>;
}

export type UnknownVerdict =
  | { readonly kind: 'dead' }
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'needs-human' };

/**
 * Whether an attempt may be held for dead: its request can no longer be accepted, several looks at different times did not
 * find it, and neither open orders nor trades nor balances say otherwise. Dead is never sent again all the same.
 */
export function judgeUnknown(input: UnknownAttempt): UnknownVerdict {
  const limits = { ...DEAD_RULE, ...input.limits };
  const { attempt, serverNowMs } = input;
  const fenceMs = attempt.signMs + attempt.receiveWindowMs + limits.fenceExtraMs;
  const isClean = !input.isInOpenOrders && !input.hasTradeSince && input.isBalanceUnchanged;
  if (serverNowMs > fenceMs && isClean && isVotedOut(attempt, serverNowMs, limits)) return { kind: 'dead' };
  const humanMs = attempt.createdMs + limits.humanAfterMs;
  if (serverNowMs >= humanMs) return { kind: 'needs-human' };
  // Looks this far apart bring the votes together in the least time that is allowed.
  const nextLookMs = serverNowMs <= fenceMs ? fenceMs + 1 : serverNowMs + Math.ceil(limits.minSpreadMs / limits.minVotes);
  return { kind: 'wait', untilMs: Math.min(nextLookMs, humanMs) };
}

/** An answer "not found" says nothing while the request may still be on its way. */
export function countsAsVote(signMs: number, receiveWindowMs: number, serverNowMs: number): boolean {
  return serverNowMs > signMs + receiveWindowMs + DEAD_RULE.fenceExtraMs;
}

function isVotedOut(attempt: UnknownAttempt['attempt'], serverNowMs: number, limits: DeadRuleLimits): boolean {
  if (attempt.firstVoteMs === null) return false;
  return attempt.notFoundVotes >= limits.minVotes && serverNowMs - attempt.firstVoteMs >= limits.minSpreadMs;
}
