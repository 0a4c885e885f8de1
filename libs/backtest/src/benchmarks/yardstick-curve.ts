import { RANGE_BLOCK_BARS, type Panel } from '../columns/panel.js';
import { equityAt, type Holdings } from '../engine/account.js';
import { markBlock } from '../engine/mark-block.js';
import { sharpeOf } from '../metrics/daily-returns.js';

/**
 * The figures of holdings that seldom change, without their equity at every bar. Only days' last bars are valued, and
 * the blocks in which a new high or a deeper fall is possible: where the block's lowest and highest closes rule both
 * out, it is passed over.
 */
export class YardstickCurve {
  private highest = 0;
  /** Lowest equity over the highest before it; 1 while the equity never fell. */
  private deepest = 1;
  private readonly dailyEquity: number[] = [];

  constructor(private readonly panel: Panel, private readonly lastBarsOfDays: Int32Array) {}

  /** Follows the holdings over the bars from one up to, not including, another; each call goes on where the last ended. */
  follow(holdings: Holdings, fromBar: number, toBar: number): void {
    for (let bar = fromBar; bar < toBar; ) {
      const rest = bar % RANGE_BLOCK_BARS;
      const count = Math.min(RANGE_BLOCK_BARS - rest, toBar - bar);
      if (this.isNewExtremePossible(holdings, (bar - rest) / RANGE_BLOCK_BARS)) {
        const { quantities, cash } = holdings;
        this.absorbFall(markBlock(this.panel.closes, quantities, cash, bar, count), count);
      }
      bar += count;
    }
    this.valueDays(holdings, toBar);
  }

  figures(initialCapital: number) {
    const finalValue = this.dailyEquity.at(-1)!;
    const returns = this.dailyEquity.slice(1).map((equity, day) => equity / this.dailyEquity[day]! - 1);
    return {
      finalValue,
      totalReturn: finalValue / initialCapital - 1,
      maxDrawdown: this.deepest - 1,
      sharpe: sharpeOf(returns),
    };
  }

  private isNewExtremePossible(holdings: Holdings, rangeBlock: number): boolean {
    const { lows, highs } = this.panel.closeRanges;
    if (equityAt(holdings, highs, rangeBlock) > this.highest) return true;
    return equityAt(holdings, lows, rangeBlock) < this.highest * this.deepest;
  }

  /** The last bar of all is the last of its day, so the final value is among these. */
  private valueDays(holdings: Holdings, toBar: number): void {
    for (let day = this.dailyEquity.length; day < this.lastBarsOfDays.length; day++) {
      const bar = this.lastBarsOfDays[day]!;
      if (bar >= toBar) return;
      this.dailyEquity.push(equityAt(holdings, this.panel.closes, bar));
    }
  }

  private absorbFall(block: Float64Array, count: number): void {
    let { highest, deepest } = this;
    let trough = highest * deepest;
    for (let k = 0; k < count; k++) {
      const value = block[k]!;
      if (value > highest) {
        highest = value;
        trough = highest * deepest;
      } else if (value < trough) {
        trough = value;
        deepest = value / highest;
      }
    }
    this.highest = highest;
    this.deepest = deepest;
  }
}
