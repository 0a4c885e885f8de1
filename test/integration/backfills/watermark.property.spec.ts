import * as fc from 'fast-check';
import { aCandle, batchesOf, columnsOf, HANA } from '../candles/candle-fixtures.js';
import { aBackfill, gapsInMinutes, minute, openBackfillDatabase, storedMinutes, stretchInMinutes, type BackfillDatabase } from './backfill-fixtures.js';

let database: BackfillDatabase;
beforeAll(async () => {
  database = await openBackfillDatabase();
});
afterAll(() => database.close());

const MINUTES = 40;
const someMinute = fc.integer({ min: 0, max: MINUTES - 1 });

const change = fc.oneof(
  fc.record({ kind: fc.constantFrom('step', 'append'), from: someMinute, count: fc.integer({ min: 1, max: 12 }), present: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }) }),
  fc.record({ kind: fc.constant('import' as const), minutes: fc.uniqueArray(someMinute, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('accept' as const), which: fc.nat({ max: 20 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** What must come of it, minute by minute: a model of a dozen lines against tables, ranges and triggers. */
class Model {
  readonly asked = new Set<number>();
  readonly stored = new Set<number>();
  readonly accepted = new Set<number>();
  anchor: number | null = null;

  get missing(): number[] {
    return [...this.asked].filter((n) => !this.stored.has(n)).sort((one, other) => one - other);
  }

  get stretch(): readonly [number, number] | null {
    if (this.anchor === null) return null;
    const isPassable = (n: number) => this.asked.has(n) && (this.stored.has(n) || this.accepted.has(n));
    let [from, to] = [this.anchor, this.anchor];
    while (isPassable(from - 1)) from -= 1;
    while (isPassable(to + 1)) to += 1;
    return [from, to];
  }
}

async function apply(model: Model, made: Change): Promise<void> {
  if (made.kind === 'import') return applyImport(model, made.minutes);
  if (made.kind === 'accept') return applyAcceptance(model, made.which);
  const asked = Array.from({ length: made.count }, (_none, index) => made.from + index);
  const present = asked.filter((_n, index) => made.present[index]);
  await ask(made.kind, made.from, made.from + made.count, present);
  for (const n of asked) model.asked.add(n);
  for (const n of present) model.stored.add(n);
  model.anchor ??= present[0] ?? null;
}

async function ask(kind: 'step' | 'append', from: number, next: number, present: readonly number[]): Promise<void> {
  const step = { fromMs: minute(from), nextFromMs: minute(next), columns: columnsOf(present.map((n) => aCandle(n))) };
  if (kind === 'append') return void (await database.series.append({ identity: HANA, marketId: 'M' }, step, 'append'));
  const [backfill] = await database.store.submit([aBackfill({ fromMs: minute(from), toMs: minute(next - 1) })]);
  const claim = await database.store.claim(backfill!.id, 'worker', 30_000);
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  await database.store.storeStep(backfill!.id, claim.lease.epoch, { ...step, notice: null }, 30_000);
  await database.store.complete(backfill!.id, claim.lease.epoch);
}

async function applyImport(model: Model, minutes: readonly number[]): Promise<void> {
  const ascending = [...minutes].sort((one, other) => one - other);
  await database.candles.upsertCandles(HANA, batchesOf(ascending.map((n) => aCandle(n))), 'file.csv');
  for (const n of ascending) model.stored.add(n);
}

async function applyAcceptance(model: Model, which: number): Promise<void> {
  const open = (await database.gaps.gapsOf(HANA, 100)).filter(({ state }) => state === 'open');
  const gap = open[which % Math.max(1, open.length)];
  if (gap === undefined) return;
  await database.gaps.settle([{ id: gap.id, pauseMs: null }]);
  for (let timeMs = gap.fromMs; timeMs <= gap.toMs; timeMs += 60_000) model.accepted.add((timeMs - minute(0)) / 60_000);
}

it('gaps are exactly what was asked for and is not stored, and the watermark passes nothing else, whatever comes in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      await database.clear();
      const model = new Model();
      for (const made of changes) {
        await apply(model, made);
        const gaps = await gapsInMinutes(database);
        const minutesOf = (state: string | null) => gaps.filter((gap) => state === null || gap[2] === state).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_none, index) => from + index));
        expect(minutesOf(null)).toEqual(model.missing);
        expect(minutesOf('accepted')).toEqual(model.missing.filter((n) => model.accepted.has(n)));
        expect(await stretchInMinutes(database)).toEqual(model.stretch);
      }
      expect(await storedMinutes(database)).toEqual([...model.stored].sort((one, other) => one - other));
    }),
    { numRuns: 60 },
  );
});
