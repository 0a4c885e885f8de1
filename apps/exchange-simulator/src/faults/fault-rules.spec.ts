import { parseRequest, type RestRequest } from '../rest/rest-request.js';
import { FaultRequest, FaultRules } from './fault-rules.js';
import { seededDraws } from './seeded-draws.js';

const request = (method: string, target: string): RestRequest => parseRequest({ method, target, body: '', apiKey: null, contentType: null, address: 'local' });
const KLINES = request('GET', '/api/v3/klines?symbol=HANAUSDT');

function rulesWith(...wanted: readonly object[]): FaultRules {
  const rules = new FaultRules();
  for (const one of wanted) rules.add(FaultRequest.parse({ fault: 'request-lost', ...one }), 0);
  return rules;
}

function drawn(seed: number): string {
  const rules = rulesWith({ rate: 0.3, seed });
  return Array.from({ length: 1_000 }, () => rules.effectsOn(KLINES).length).join('');
}

describe('FaultRules', () => {
  it.each([
    { on: '* *', expected: true },
    { on: 'GET /api/v3/klines', expected: true },
    { on: 'GET /api/v3/*', expected: true },
    { on: '* /api/*/klines', expected: true },
    { on: 'POST /api/v3/klines', expected: false },
    { on: 'GET /api/v3/kline', expected: false },
    { on: 'GET /api/v3', expected: false },
  ])('$on meets GET /api/v3/klines: $expected', ({ on, expected }) => {
    expect(rulesWith({ on }).effectsOn(KLINES)).toHaveLength(expected ? 1 : 0);
  });

  it('looks at parameters where it is told to', () => {
    const rules = rulesWith({ where: { symbol: 'HANAUSDT' } });
    expect(rules.effectsOn(KLINES)).toHaveLength(1);
    expect(rules.effectsOn(request('GET', '/api/v3/klines?symbol=AIAUSDT'))).toHaveLength(0);
  });

  it('is spent after its limit, and says so', () => {
    const rules = rulesWith({ limit: 2 });
    expect([1, 2, 3].map(() => rules.effectsOn(KLINES).length)).toEqual([1, 1, 0]);
    expect(rules.list()).toMatchObject([{ id: 'fault-1', matched: 2, fired: 2, isSpent: true, rows: [41] }]);
  });

  it('draws the same requests for the same seed, about as many as its rate says, and others for another seed', () => {
    expect(drawn(7)).toBe(drawn(7));
    expect(drawn(7)).not.toBe(drawn(8));
    // 1,000 draws at 0.3: 300, standard deviation 14.5; five of them.
    expect(Math.abs(drawn(7).split('1').length - 1 - 300)).toBeLessThan(73);
  });

  it('removes one by its id, and all', () => {
    const rules = rulesWith({}, {});
    expect(rules.remove('fault-1')).toBe(true);
    expect(rules.remove('fault-1')).toBe(false);
    expect(rules.list().map(({ id }) => id)).toEqual(['fault-2']);
    rules.clear();
    expect(rules.effectsOn(KLINES)).toEqual([]);
  });
});

describe('seededDraws', () => {
  it('is mulberry32: the first draws of seed 0, by its reference in C', () => {
    const draw = seededDraws(0);
    expect([draw(), draw()].map((value) => Math.round(value * 2 ** 32))).toEqual([1_144_304_738, 1_416_247]);
  });
});
