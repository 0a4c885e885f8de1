/** What a kill switch allows. `reduce-only`: only what moves towards the quote currency, that is sales. */
export type TradingState = 'run' | 'reduce-only' | 'halt';

const SEVERITY: Readonly<Record<TradingState, number>> = { run: 0, 'reduce-only': 1, halt: 2 };

/** Of the switches that concern an order (all, its account, its portfolio, the file) the strictest decides. */
export function strictest(states: readonly TradingState[]): TradingState {
  return states.reduce<TradingState>((worst, state) => (SEVERITY[state] > SEVERITY[worst] ? state : worst), 'run');
}
