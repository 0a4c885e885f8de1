import type { CandleFileTally, RefusedRow } from '#application';
import type { CandleFault, FoundFault } from '#domain';
import { CANDLE_FILE_LIMITS } from './limits.js';

/** Counts what a file holds while it is read. */
export class Tally {
  private acceptedCount = 0;
  private leftOutCount = 0;
  private refusedCount = 0;
  private readonly refusedByReason: Partial<Record<CandleFault, number>> = {};
  private readonly firstRefused: RefusedRow[] = [];

  accept(): void {
    this.acceptedCount += 1;
  }

  leaveOut(): void {
    this.leftOutCount += 1;
  }

  refuse(line: number, { reason, field }: FoundFault): void {
    this.refusedCount += 1;
    this.refusedByReason[reason] = (this.refusedByReason[reason] ?? 0) + 1;
    if (this.firstRefused.length < CANDLE_FILE_LIMITS.listedRefusals) this.firstRefused.push({ line, reason, field });
  }

  report(): CandleFileTally {
    const { acceptedCount, leftOutCount, refusedCount } = this;
    return {
      rowCount: acceptedCount + leftOutCount + refusedCount,
      acceptedCount,
      leftOutCount,
      refusedCount,
      refusedByReason: { ...this.refusedByReason },
      firstRefused: [...this.firstRefused],
    };
  }
}
