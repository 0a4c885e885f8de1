import * as fc from 'fast-check';
import { candleAt, CandleColumnsBuilder, type Candle, type CandleColumns } from './candle-columns.js';
import { mergeCandles } from './merge-candles.js';

const candle = (openTimeMs: number, price: number): Candle => ({ openTimeMs, open: price, high: price, low: price, close: price, volume: 1 });

function columnsOf(candles: readonly Candle[]): CandleColumns {
  const builder = new CandleColumnsBuilder(1);
  for (const each of candles) builder.push(each);
  return builder.take();
}

const listOf = (columns: CandleColumns): Candle[] => Array.from(columns.openTimesMs, (_time, index) => candleAt(columns, index));

/** Any candles on a small grid, so that two draws often meet. */
const someCandles = fc
  .uniqueArray(fc.record({ slot: fc.nat(30), price: fc.constantFrom(1, 2) }), { selector: ({ slot }) => slot })
  .map((drawn) => drawn.sort((a, b) => a.slot - b.slot).map(({ slot, price }) => candle(slot, price)));

describe('mergeCandles', () => {
  it('inserts, keeps and corrects', () => {
    const merged = mergeCandles(columnsOf([candle(1, 10), candle(3, 30)]), columnsOf([candle(1, 10), candle(2, 20), candle(3, 33)]));
    expect(listOf(merged.columns)).toEqual([candle(1, 10), candle(2, 20), candle(3, 33)]);
    expect(merged).toMatchObject({ insertedCount: 1, unchangedCount: 1 });
    expect(merged.corrections).toEqual([{ before: candle(3, 30), after: candle(3, 33) }]);
  });

  it('is a map from time to candle in which the later source wins', () => {
    fc.assert(
      fc.property(someCandles, someCandles, (stored, incoming) => {
        const merged = mergeCandles(columnsOf(stored), columnsOf(incoming));
        const expected = new Map([...stored, ...incoming].map((each) => [each.openTimeMs, each]));
        expect(listOf(merged.columns)).toEqual([...expected.values()].sort((a, b) => a.openTimeMs - b.openTimeMs));
        expect(merged.insertedCount).toBe(expected.size - stored.length);
        expect(merged.insertedCount + merged.unchangedCount + merged.corrections.length).toBe(incoming.length);
      }),
    );
  });

  it('changes nothing when the same candles come again', () => {
    fc.assert(
      fc.property(someCandles, (candles) => {
        const again = mergeCandles(columnsOf(candles), columnsOf(candles));
        expect(again).toMatchObject({ insertedCount: 0, corrections: [] });
        expect(listOf(again.columns)).toEqual(candles);
      }),
    );
  });
});
