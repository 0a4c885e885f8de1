/** What makes something happen later. Handed in, so that a test can decide when. */
export interface Timer {
  /** Calls `work` again and again, first after one interval; returns the function that ends it. `work` must not throw. */
  every(intervalMs: number, work: () => void): () => void;
  /** Rejects with the signal's reason, at once, when it is aborted before. */
  pause(durationMs: number, signal?: AbortSignal): Promise<void>;
}
