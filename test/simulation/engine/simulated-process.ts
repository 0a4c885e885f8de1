import { StoreFailure, type Clock, type Timer } from '#application';
import type { Chance } from './chance.js';
import type { VirtualTime } from './virtual-time.js';

/** How often what goes wrong, at each await of a process. */
export interface ProcessOdds {
  readonly crash: number;
  readonly pause: number;
  readonly longestPauseMs: number;
  /** Of a call to the database: it fails, before or after it has taken effect. */
  readonly storeFailure: number;
  readonly storeSlow: number;
}

export interface Mishaps {
  crashes: number;
  pauses: number;
  storeFailures: number;
}

export interface ProcessParts {
  readonly name: string;
  readonly time: VirtualTime;
  readonly chance: Chance;
  /** As they are now. */
  readonly odds: () => ProcessOdds;
  readonly mishaps: Mishaps;
  readonly note: (who: string, what: string) => void;
  /** Periodic work comes no more often than this: a slow machine, and fewer events. */
  readonly roundFloorMs: number;
  /** Builds the process anew. */
  readonly boot: (life: Life) => void;
}

const NEVER = new Promise<never>(() => undefined);
const RESTART_MS = { from: 500, to: 30_000 };
const SHORTEST_PAUSE_MS = 1_000;

/** A process of the product: it can die at any await, stand still for minutes, and has a wall clock of its own. */
export class SimulatedProcess {
  private life: Life | null = null;
  private isRetired = false;
  private readonly sleepers: (() => void)[] = [];
  pausedUntilMs = 0;
  clockOffsetMs = 0;

  constructor(readonly parts: ProcessParts) {}

  get isRunning(): boolean {
    return this.life !== null;
  }

  /** Of one of its runs: it is the one of now, and goes on. */
  isAwake(life: Life): boolean {
    return this.life === life && this.pausedUntilMs <= this.parts.time.nowMs;
  }

  start(): void {
    if (this.life !== null || this.isRetired) return;
    this.life = new Life(this);
    this.parts.note(this.parts.name, 'starts');
    this.parts.boot(this.life);
  }

  /** Nothing that it was about to do happens any more. */
  crash(because: string): void {
    if (this.life === null) return;
    this.life.end();
    this.life = null;
    this.pausedUntilMs = 0;
    this.parts.mishaps.crashes += 1;
    this.parts.note(this.parts.name, `dies: ${because}`);
    this.parts.time.after(this.parts.chance.whole(RESTART_MS.from, RESTART_MS.to), () => this.start());
  }

  /** SIGSTOP, and SIGCONT later. */
  pause(durationMs: number): void {
    const { time, mishaps, note, name } = this.parts;
    if (this.life === null) return;
    this.pausedUntilMs = Math.max(this.pausedUntilMs, time.nowMs + durationMs);
    time.after(durationMs, () => this.rouse());
    mishaps.pauses += 1;
    note(name, `stands still for ${durationMs} ms`);
  }

  /** SIGCONT, and a clock that goes right. */
  wake(): void {
    this.pausedUntilMs = 0;
    this.clockOffsetMs = 0;
    this.rouse();
  }

  async untilAwake(): Promise<void> {
    while (this.pausedUntilMs > this.parts.time.nowMs) await new Promise<void>((resolve) => void this.sleepers.push(resolve));
  }

  private rouse(): void {
    if (this.pausedUntilMs > this.parts.time.nowMs) return;
    for (const sleeper of this.sleepers.splice(0)) sleeper();
  }

  /** It never comes back. */
  retire(): void {
    this.isRetired = true;
    this.crash('for good');
  }
}

/** One run of a process, from its start to its death. */
export class Life {
  private isOver = false;
  private readonly startedMs: number;

  constructor(readonly process: SimulatedProcess) {
    this.startedMs = process.parts.time.nowMs;
  }

  get name(): string {
    return this.process.parts.name;
  }

  get isDead(): boolean {
    return this.isOver;
  }

  /** Not what its clock says. */
  trueMs(): number {
    return this.process.parts.time.nowMs;
  }

  readonly clock: Clock = { nowMs: () => Math.floor(this.process.parts.time.nowMs + this.process.clockOffsetMs) };

  readonly monotonicMs = (): number => this.process.parts.time.nowMs - this.startedMs;

  readonly timer: Timer = {
    every: (intervalMs, work) => this.every(Math.max(intervalMs, this.process.parts.roundFloorMs), work),
    pause: (durationMs, signal) => this.io(this.abortable(this.process.parts.time.pause(durationMs), signal)),
  };

  end(): void {
    this.isOver = true;
  }

  /** What an await of the process comes to: after it the process may be dead, or stand still for a while. */
  io<Value>(work: Promise<Value>): Promise<Value> {
    if (this.isOver) return NEVER;
    return new Promise((resolve, reject) => {
      work.then((value) => this.goOn(() => resolve(value)), (error: Error) => this.goOn(() => reject(error)));
    });
  }

  /** Every method that answers with a promise is an await of this process, and takes a moment. */
  store<Port extends object>(name: string, port: Port): Port {
    return this.wrapped(name, port, (label, call) => this.storeCall(label, call));
  }

  /** The same without the database's own troubles: what it meets on its way is the port's business. */
  port<Port extends object>(name: string, port: Port): Port {
    return this.wrapped(name, port, (_label, call) => this.call(call));
  }

  /** A dead process does nothing any more, whatever was about to go on in it at the moment of its death. */
  call<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.isOver ? NEVER : this.io(work());
  }

  private wrapped<Port extends object>(name: string, port: Port, through: (label: string, call: () => Promise<unknown>) => Promise<unknown>): Port {
    const known = new Map<string | symbol, unknown>();
    return new Proxy(port, {
      get: (target, key, receiver) => {
        const seen = known.get(key);
        if (seen !== undefined) return seen;
        const member: unknown = Reflect.get(target, key, receiver);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        const label = `${name}.${key}`;
        const method = (...args: unknown[]): unknown => through(label, () => Reflect.apply(member, target, args) as Promise<unknown>);
        known.set(key, method);
        return method;
      },
    });
  }

  private storeCall(label: string, call: () => Promise<unknown>): Promise<unknown> {
    if (this.isOver) return NEVER;
    const { chance, odds, time, mishaps, note } = this.process.parts;
    const { storeFailure, storeSlow } = odds();
    const fate = chance.happens(storeFailure) ? chance.pick(['before', 'after'] as const) : 'none';
    const delayMs = chance.happens(storeSlow) ? chance.whole(200, 9_000) : chance.whole(1, 4);
    return new Promise((resolve, reject) => {
      time.after(delayMs, () => {
        // Its statement may be on the way when it dies: what a dead process has asked for happens or does not.
        if (this.isOver && chance.happens(0.5)) return;
        if (fate !== 'none') mishaps.storeFailures += 1;
        if (fate !== 'none') note(this.name, `${label} fails ${fate} it took effect`);
        if (fate === 'before') return this.goOn(() => reject(unavailable(label)));
        call().then((value) => this.goOn(() => (fate === 'after' ? reject(unavailable(label)) : resolve(value))), (error: Error) => this.goOn(() => reject(error)));
      });
    });
  }

  private every(intervalMs: number, work: () => void): () => void {
    let isEnded = false;
    const { time, chance } = this.process.parts;
    const strike = (): void => {
      if (isEnded || this.isOver) return;
      if (this.process.pausedUntilMs > time.nowMs) return void this.process.untilAwake().then(strike);
      work();
      time.after(intervalMs, strike);
    };
    time.after(intervalMs + chance.whole(0, 200), strike);
    return () => {
      isEnded = true;
    };
  }

  /** A dead process never does. */
  private goOn(settle: () => void): void {
    if (this.isOver) return;
    this.mishap();
    if (this.isOver) return;
    if (this.process.pausedUntilMs <= this.process.parts.time.nowMs) return settle();
    void this.process.untilAwake().then(() => this.isOver || settle());
  }

  private mishap(): void {
    const { chance, odds } = this.process.parts;
    const { crash, pause, longestPauseMs } = odds();
    const draw = chance.fraction();
    if (draw < crash) this.process.crash('at an await');
    else if (draw < crash + pause) this.process.pause(chance.whole(SHORTEST_PAUSE_MS, longestPauseMs));
  }

  private abortable(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return work;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      work.then(resolve, reject);
    });
  }
}

const unavailable = (label: string): StoreFailure => new StoreFailure('unavailable', `the connection was lost in ${label}`, { cause: null });
