/** What makes something happen later. Handed in, so that a test can decide when. */
export interface Timer {
  /** Calls `work` again and again, first after one interval; returns the function that ends it. `work` must not throw. */
  every(intervalMs: number, work: () => void): () => void;
  pause(durationMs: number): Promise<void>;
}
