import * as fc from 'fast-check';
import { nextReturnIndex, type ReturnIndex } from './time-weighted.js';

/** Equities in turn, each with what came in (or went out) since the one before. */
function follow(points: readonly (readonly [equity: number, flows: number])[]): readonly ReturnIndex[] {
  const indices: ReturnIndex[] = [];
  for (const [index, [equity, flows]] of points.entries()) {
    const before = indices.at(-1);
    indices.push(nextReturnIndex(before === undefined ? null : { ...before, equity: points[index - 1]![0] }, equity, flows));
  }
  return indices;
}

// +10 %; then 500 come in at the end of +0 %; then 1,600 fall by 25 % to 1,200; then 300 go out at the end of +50 %.
// Index: 1, 1.1, 1.1, 0.825, 1.2375. Below the peak of 1.1 by (1.1 − 0.825) / 1.1 = 0.25.
it('links the returns of periods without what came in and went out', () => {
  const indices = follow([[1_000, 0], [1_100, 0], [1_600, 500], [1_200, 0], [1_500, -300]]);
  expect(indices).toEqual([
    { returnIndex: 1, peakIndex: 1, drawdown: 0 },
    { returnIndex: expect.closeTo(1.1, 12), peakIndex: expect.closeTo(1.1, 12), drawdown: 0 },
    { returnIndex: expect.closeTo(1.1, 12), peakIndex: expect.closeTo(1.1, 12), drawdown: 0 },
    { returnIndex: expect.closeTo(0.825, 12), peakIndex: expect.closeTo(1.1, 12), drawdown: expect.closeTo(0.25, 12) },
    { returnIndex: expect.closeTo(1.2375, 12), peakIndex: expect.closeTo(1.2375, 12), drawdown: 0 },
  ]);
});

// All of it goes out, which is no loss; 500 come in, which is no gain; then +10 %.
it('has no return on the way to nothing and back, and goes on from there', () => {
  const indices = follow([[1_000, 0], [0, -1_000], [500, 500], [550, 0]]);
  expect(indices.map(({ returnIndex }) => returnIndex)).toEqual([1, 1, 1, expect.closeTo(1.1, 12)]);
});

it.each([0, -5])('stays where the equity before was %d', (equity) => {
  expect(nextReturnIndex({ equity, returnIndex: 0.8, peakIndex: 1 }, 100, 100)).toEqual({ returnIndex: 0.8, peakIndex: 1, drawdown: expect.closeTo(0.2, 12) });
});

// 0.1 + 0.2 - 0.3 is 5.5e-17 in floats, not 0: as the return of dust it would be anything.
it.each([[1e-14, 1_000, 1_000.0000000000001], [1e-12, 500, 500]])('is not thrown by the digits of a large sum that comes to dust of %d', (dust, equity, flows) => {
  expect(nextReturnIndex({ equity: dust, returnIndex: 0.8, peakIndex: 1 }, equity, flows)).toMatchObject({ returnIndex: 0.8 });
});

it('never falls below nothing', () => {
  expect(nextReturnIndex({ equity: 100, returnIndex: 1, peakIndex: 1 }, 50, 80)).toEqual({ returnIndex: 0, peakIndex: 1, drawdown: 1 });
});

const growths = fc.array(fc.record({ growth: fc.double({ min: 0.5, max: 2, noNaN: true }), flow: fc.double({ min: -0.4, max: 1, noNaN: true }) }), { minLength: 1, maxLength: 20 });

it('is the product of the growths, whatever comes in and goes out', () => {
  fc.assert(fc.property(growths, (periods) => {
    const points: [number, number][] = [[1_000, 0]];
    for (const { growth, flow } of periods) {
      const grown = points.at(-1)![0] * growth;
      points.push([grown + flow * grown, flow * grown]);
    }
    const product = periods.reduce((index, { growth }) => index * growth, 1);
    const indices = follow(points);
    expect(indices.at(-1)!.returnIndex / product).toBeCloseTo(1, 9);
    for (const { returnIndex, peakIndex, drawdown } of indices) {
      expect(peakIndex).toBeGreaterThanOrEqual(returnIndex);
      expect(drawdown >= 0 && drawdown <= 1).toBe(true);
    }
  }));
});
