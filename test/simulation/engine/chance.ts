import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance from a seed and a name: what one part of a simulation draws moves nothing of what another one does. */
export class Chance {
  private readonly generator;

  constructor(
    private readonly seed: number,
    private readonly name = '',
  ) {
    this.generator = xoroshiro128plus(createHash('sha256').update(`${seed}/${name}`).digest().readInt32LE(0));
  }

  /** A stream of its own. */
  fork(name: string): Chance {
    return new Chance(this.seed, `${this.name}/${name}`);
  }

  /** From 0 up to, not including, 1. */
  readonly fraction = (): number => uniformFloat64(this.generator);

  happens(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** Both ends included. */
  whole(from: number, to: number): number {
    return uniformInt(this.generator, from, to);
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.fraction();
  }

  /** @throws Error for nothing to pick from */
  pick<Value>(values: readonly Value[]): Value {
    if (values.length === 0) throw new Error('there is nothing to pick from');
    return values[this.whole(0, values.length - 1)]!;
  }

  shuffled<Value>(values: readonly Value[]): Value[] {
    const left = [...values];
    return values.map(() => left.splice(this.whole(0, left.length - 1), 1)[0]!);
  }
}
