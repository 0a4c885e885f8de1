interface Event {
  readonly atMs: number;
  readonly order: number;
  work: (() => void) | null;
}

/** Node tells of rejections that nobody handles, and hears of signals, only between two turns of its loop. */
const STEPS_OF_A_TURN = 256;

/** A tick comes when no promise has anything more to do, however deep their chain is; a turn of the loop costs several times as much. */
const drained = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const turned = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that passes from event to event. Two at the same moment happen in the order in which they were asked for. */
export class VirtualTime {
  private readonly heap: Event[] = [];
  private asked = 0;
  private now: number;

  constructor(startMs: number) {
    this.now = startMs;
  }

  get nowMs(): number {
    return this.now;
  }

  get waiting(): number {
    return this.heap.length;
  }

  /** Returns what keeps it from happening. */
  readonly after = (delayMs: number, work: () => void): (() => void) => {
    const event: Event = { atMs: this.now + Math.max(0, Math.round(delayMs)), order: this.asked, work };
    this.asked += 1;
    this.push(event);
    return () => {
      event.work = null;
    };
  };

  readonly pause = (durationMs: number): Promise<void> => new Promise((resolve) => void this.after(durationMs, resolve));

  /** One event after the other, each with all that follows from it at once; `onStep` after each, and a throw of its ends the run. */
  async runUntil(endMs: number, onStep: () => void): Promise<void> {
    await turned();
    let steps = 0;
    for (let next = this.pop(endMs); next !== null; next = this.pop(endMs)) {
      if (next.work === null) continue;
      this.now = next.atMs;
      next.work();
      steps += 1;
      await (steps % STEPS_OF_A_TURN === 0 ? turned() : drained());
      onStep();
    }
    this.now = endMs;
  }

  private push(event: Event): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  /** Null: nothing more happens before the end. */
  private pop(endMs: number): Event | null {
    const [first] = this.heap;
    if (first === undefined || first.atMs > endMs) return null;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.sink(last);
    return first;
  }

  private sink(event: Event): void {
    const { heap } = this;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, event)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = event;
  }
}

const isBefore = (one: Event, other: Event): boolean => one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
