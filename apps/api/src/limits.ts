/** Everything that clients could make grow without end, and where it ends. */
export const API_LIMITS = {
  /** Requests being answered at once, event streams and probes aside. */
  requests: 64,
  streams: 100,
  heartbeatMs: 15_000,
  /** How long a change of a run may stay unseen by a stream if nobody tells of it. */
  streamRecheckMs: 10_000,
  body: { bytes: 1_000_000, depth: 20 },
  server: { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, checkEveryMs: 2_000, headerBytes: 16_384, connections: 1_000 },
  databaseConnections: 10,
  /** Longer than any statement may take in the database; a connection that says nothing at all ends here. */
  databaseAnswerMs: 12_000,
  healthCheckMs: 2_000,
  /** For answers that are under way when the process is told to stop, and for everything after them. */
  stopGraceMs: 4_000,
  stopMs: 9_000,
} as const;
