/** `warning` is worth knowing and breaks nothing; `skipped` could not be looked at because of what failed before. */
export type CheckStatus = 'ok' | 'failed' | 'warning' | 'skipped';

export interface CheckResult {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** The command that mends it. */
  readonly fix?: string;
}

export const passed = (name: string, detail: string): CheckResult => ({ name, status: 'ok', detail });
export const failed = (name: string, detail: string, fix: string): CheckResult => ({ name, status: 'failed', detail, fix });
export const warned = (name: string, detail: string, fix: string): CheckResult => ({ name, status: 'warning', detail, fix });
export const skipped = (name: string, detail: string): CheckResult => ({ name, status: 'skipped', detail });
