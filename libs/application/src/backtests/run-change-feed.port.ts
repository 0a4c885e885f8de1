/** Tells that a run's row has changed; what it is now, the listener reads. A lost connection is told as a change of all. */
export interface RunChangeFeed {
  /** Returns the function that ends the subscription. Listeners must not throw. */
  subscribe(runId: string, listener: () => void): () => void;
}
