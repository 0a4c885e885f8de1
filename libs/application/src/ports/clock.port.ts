/** Epoch milliseconds UTC. Handed in, so that a test or a replay is the same call. */
export interface Clock {
  nowMs(): number;
}

/** Ids that sort by creation: a prefix, an underscore and a ULID. */
export interface IdSource {
  next(prefix: string): string;
}
