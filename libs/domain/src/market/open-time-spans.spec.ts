import { holesIn, spansWithout } from './open-time-spans.js';

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });

describe('holesIn', () => {
  const cases = [
    { name: 'finds none where every open time has a candle', times: [10, 20, 30], expected: [] },
    { name: 'finds everything where nothing has', times: [], expected: [[10, 30]] },
    { name: 'finds those at both ends and between', times: [20], expected: [[10, 10], [30, 30]] },
    { name: 'joins neighbors to one', times: [10], expected: [[20, 30]] },
    { name: 'minds no candle outside of the span', times: [0, 10, 20, 30, 40], expected: [] },
    { name: 'ends with the span', times: [0, 40], expected: [[10, 30]] },
  ];
  it.each(cases)('$name', ({ times, expected }) => {
    expect(holesIn(Float64Array.from(times), span(10, 30), 10).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(expected);
  });
});

describe('spansWithout', () => {
  const cases = [
    { name: 'leaves all where the others are elsewhere', others: [[0, 0], [60, 70]], expected: [[10, 50]] },
    { name: 'leaves nothing of what is covered', others: [[0, 60]], expected: [] },
    { name: 'leaves both sides of a part', others: [[30, 30]], expected: [[10, 20], [40, 50]] },
    { name: 'leaves what lies between two', others: [[0, 20], [50, 90]], expected: [[30, 40]] },
  ];
  it.each(cases)('$name', ({ others, expected }) => {
    const left = spansWithout([span(10, 50)], others.map(([fromMs, toMs]) => span(fromMs!, toMs!)), 10);
    expect(left.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual(expected);
  });

  it('takes the same out of each', () => {
    expect(spansWithout([span(10, 20), span(40, 60)], [span(20, 50)], 10)).toEqual([span(10, 10), span(60, 60)]);
  });
});
