import type { GoldenTrade } from '../golden-file.js';

export interface NaiveBar {
  readonly time: number;
  readonly open: ReadonlyMap<string, number>;
  readonly close: ReadonlyMap<string, number>;
}

export interface NaiveState {
  cash: number;
  readonly held: Map<string, number>;
  readonly lastFill: Map<string, number>;
  readonly trades: (GoldenTrade & { readonly fee: number; readonly initial: boolean })[];
}
