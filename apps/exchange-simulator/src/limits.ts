/** Bounds of what the simulator reads, keeps and waits for. */
export const LIMITS = {
  targetCharacters: 16_384,
  bodyBytes: 65_536,
  headerBytes: 32_768,
  connections: 2_000,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  checkEveryMs: 5_000,
  /** A connection whose request is never answered is kept this long for a client that waits. */
  silenceMs: 180_000,
  delayMs: 120_000,
  lagMs: 3_600_000,
  faultRules: 100,
  rememberedAnswers: 2_000,
  clientOrderIds: 100_000,
  accepted: 10_000,
  recentRequests: 2_000,
  limitedClients: 10_000,
} as const;
