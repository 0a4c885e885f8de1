/** Bounds on one file. A row of any known form has under 300 characters; ten years of minutes are 5.3 million rows. */
export const CANDLE_FILE_LIMITS = {
  lineCharacters: 4_096,
  columns: 64,
  lines: 50_000_000,
  /** Rows handed on at a time: what an import holds in memory. */
  batchCandles: 8_192,
  /** Refused rows that are listed one by one; all are counted. */
  listedRefusals: 20,
  filesOfFolder: 10_000,
} as const;
