/** The transport of work: disposable, at least once. What must not be lost is a row in Postgres. */
export interface JobQueue {
  /** Adding a job id that is there already changes nothing. Rejects at once where the transport is down. */
  add(job: QueuedJob): Promise<void>;
  /** The subset of these job ids that the transport still knows as waiting, delayed or active. */
  alive(queue: string, jobIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface QueuedJob {
  readonly queue: string;
  readonly jobId: string;
  readonly payload: Readonly<Record<string, string | number>>;
  readonly priority: number;
  /** For a queue whose jobs coalesce: those with the same key, of which one waits at most. */
  readonly coalesceKey?: string;
}
