/** 'required' makes the process unready when it fails, 'optional' only degraded. */
export interface HealthCheck {
  readonly name: string;
  readonly need: 'required' | 'optional';
  /** Resolves where all is well, with what there is to say all the same; rejects with any error. */
  readonly check: () => Promise<string | void>;
  /** What to say when it fails; the error itself may carry addresses and is not shown, unless it is a `HealthFailure`. */
  readonly failure: string;
}

/** A failed check whose message is fit for everybody to see. */
export class HealthFailure extends Error {}

export type HealthStatus = 'ok' | 'degraded' | 'unready';

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, { readonly status: HealthStatus; readonly detail?: string }>>;
}

/** Runs all checks at once, each within `timeoutMs`. Callers that come meanwhile share one run: probes cannot pile up. */
export class Readiness {
  private running: Promise<HealthReport> | null = null;

  constructor(
    private readonly checks: readonly HealthCheck[],
    private readonly timeoutMs: number,
  ) {}

  report(): Promise<HealthReport> {
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async run(): Promise<HealthReport> {
    const results = await Promise.all(this.checks.map((check) => resultOf(check, this.timeoutMs)));
    const checks = Object.fromEntries(this.checks.map((check, index) => [check.name, results[index] ?? { status: 'unready' as const }]));
    return { status: worstOf(results.map((result) => result.status)), checks };
  }
}

export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.includes('unready')) return 'unready';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
}

async function resultOf(check: HealthCheck, timeoutMs: number): Promise<{ status: HealthStatus; detail?: string }> {
  try {
    const detail = await withinMs(check.check(), timeoutMs);
    return typeof detail === 'string' ? { status: 'ok', detail } : { status: 'ok' };
  } catch (error) {
    const detail = error instanceof HealthFailure ? error.message : check.failure;
    return { status: check.need === 'required' ? 'unready' : 'degraded', detail };
  }
}

async function withinMs<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
