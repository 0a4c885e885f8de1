import type { TradingState } from '#domain';

/** `all`, `account:<id>` or `portfolio:<id>`. */
export type SwitchScope = 'all' | `account:${string}` | `portfolio:${string}`;

export interface KillSwitch {
  readonly scope: SwitchScope;
  readonly state: TradingState;
  readonly reason: string;
  readonly setBy: string;
  readonly setMs: number;
  readonly version: number;
}

export type ReleaseOutcome =
  | { readonly kind: 'released'; readonly killSwitch: KillSwitch }
  | { readonly kind: 'not-set' }
  /** Of these accounts no reconciliation since the switch was set found the books equal. */
  | { readonly kind: 'unreconciled'; readonly accountIds: readonly string[] };

/** @throws StoreFailure */
export interface KillSwitchStore {
  /** Those that are not `run`. */
  engaged(): Promise<KillSwitch[]>;
  /** Committed when it resolves: no claim after that sees another state. Never goes towards `run`: a stricter one stays, and is the answer. */
  engage(killSwitch: Pick<KillSwitch, 'scope' | 'reason' | 'setBy' | 'setMs'> & { readonly state: 'reduce-only' | 'halt' }): Promise<KillSwitch>;
  /** By a person, after a green reconciliation of every account that it concerns. */
  release(scope: SwitchScope, by: string, reason: string, nowMs: number): Promise<ReleaseOutcome>;
  /** Newest first. */
  history(limit: number): Promise<KillSwitch[]>;
}

/** The file that halts everything, looked at before each claim. */
export interface HaltFile {
  exists(): Promise<boolean>;
}
