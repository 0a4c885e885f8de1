import { DEFAULT_CAPS, DEFAULT_EXECUTION, DEFAULT_PARAMETERS, type PortfolioState } from '#domain';
import { aPlanConfiguration, aClaimFacts, anIntentRecord, aPlanRecord, aPurchaseRecord, DECIDED_MS, rulesOf } from '#testing';
import { judgeClaim, type ClaimContext } from './judge-claim.js';
import { PLAN_LIMITS } from './plan-limits.js';

const NOW_MS = DECIDED_MS + 1_000;
const context: ClaimContext = {
  nowMs: NOW_MS, exchangeNowMs: NOW_MS + 250, receiveWindowMs: 5_000, isHaltFileThere: false, expected: { mid: 0.1, averagePrice: 0.0999, slippage: 0.001 }, limits: PLAN_LIMITS,
};
const sale = (change: Parameters<typeof aClaimFacts>[0] = {}, over: Partial<ClaimContext> = {}) => judgeClaim(aClaimFacts(change), { ...context, ...over });
const purchase = (change: Parameters<typeof aClaimFacts>[0] = {}, over: Partial<ClaimContext> = {}) => sale({ intent: aPurchaseRecord(), ...change }, over);

describe('where nothing stands against it', () => {
  it('sends a sale, signed with the venue\'s time', () => {
    expect(sale()).toMatchObject({ kind: 'send', terms: { kind: 'market-sell', quantity: '8000' }, notional: '800', signMs: NOW_MS + 250, receiveWindowMs: 5_000 });
  });

  it('sends a purchase by value', () => {
    expect(purchase()).toMatchObject({ kind: 'send', terms: { kind: 'market-buy', quoteValue: '280' }, notional: '280' });
  });

  it('keeps what was checked for the books', () => {
    expect(sale()).toMatchObject({ facts: { tradingState: 'run', portfolioState: 'running', quantityHeld: '40000', cashHeld: '2500', rulesSeenMs: DECIDED_MS, expected: { mid: 0.1 } } });
  });
});

describe('what ends the plan, sales and purchases alike', () => {
  it.each([
    ['a kill switch that says halt', { tradingState: 'halt' }, {}, 'halted'],
    ['the halt file', {}, { isHaltFileThere: true }, 'halted'],
    ['the halt file where a switch says reduce-only', { tradingState: 'reduce-only' }, { isHaltFileThere: true }, 'halted'],
    ['a paused portfolio', { portfolioState: 'paused' }, {}, 'paused'],
    ['a stopped portfolio', { portfolioState: 'stopped' }, {}, 'stopped'],
    ['a deleted portfolio', { portfolioState: 'deleted' }, {}, 'stopped'],
    ['a portfolio that was never started', { portfolioState: 'created' }, {}, 'stopped'],
    ['a halted account', { account: { isReconciled: true, haltReason: 'the key was refused' } }, {}, 'account-unreconciled'],
    ['an account that differs from its venue', { account: { isReconciled: false, haltReason: null } }, {}, 'account-unreconciled'],
    ['the deadline', {}, { nowMs: DECIDED_MS + 600_000 }, 'deadline'],
    ['a market in quarantine', { quarantinedUntilMs: NOW_MS + 1 }, {}, 'leg-dead'],
  ] as const)('%s', (_, change, over, endReason) => {
    expect(sale(change, over)).toEqual({ kind: 'end-plan', endReason, reason: expect.any(String) });
    expect(purchase(change, over)).toEqual({ kind: 'end-plan', endReason, reason: expect.any(String) });
  });

  it('says why the account is halted', () => {
    expect(sale({ account: { isReconciled: true, haltReason: 'the key was refused' } })).toMatchObject({ reason: 'the account is halted: the key was refused' });
  });

  it('lets go until just before the deadline and after a quarantine', () => {
    expect(sale({}, { nowMs: DECIDED_MS + 599_999 })).toMatchObject({ kind: 'send' });
    expect(sale({ quarantinedUntilMs: NOW_MS })).toMatchObject({ kind: 'send' });
  });
});

describe('what stops purchases only', () => {
  it.each([
    ['a kill switch that says reduce-only', { tradingState: 'reduce-only' } as const, 'reduce-only'],
    ['a portfolio whose buys are paused', { portfolioState: 'buys-paused' as PortfolioState }, 'buys-paused'],
  ])('%s', (_, change, reason) => {
    expect(purchase(change)).toEqual({ kind: 'skip', reason });
    expect(sale(change)).toMatchObject({ kind: 'send' });
  });
});

describe('what takes its time', () => {
  it('waits until a breaker closes', () => {
    expect(sale({ breakerOpenUntilMs: NOW_MS + 30_000 })).toEqual({ kind: 'wait', untilMs: NOW_MS + 30_000, reason: 'a breaker is open' });
    expect(sale({ breakerOpenUntilMs: NOW_MS })).toMatchObject({ kind: 'send' });
  });

  it('waits for rules that are older than an hour', () => {
    const market = { rules: rulesOf('HANA'), tradability: { kind: 'tradable' }, seenMs: NOW_MS - 3_600_000 } as const;
    expect(sale({ market })).toMatchObject({ kind: 'send' });
    expect(sale({ market: { ...market, seenMs: NOW_MS - 3_600_001 } })).toEqual({ kind: 'wait', untilMs: NOW_MS + 5_000, reason: "the market's rules are 60 min old" });
  });
});

describe('markets', () => {
  it('skips a leg whose market is not known', () => {
    expect(sale({ market: null })).toEqual({ kind: 'skip', reason: 'market-untradable: nothing is known of the market' });
  });

  it('skips a leg whose market cannot be traded, however old the word of it', () => {
    const tradability = { kind: 'untradable', reason: 'not-online', detail: 'HANAUSDT is paused' } as const;
    expect(sale({ market: { rules: rulesOf('HANA'), tradability, seenMs: 0 } })).toEqual({ kind: 'skip', reason: 'market-untradable: HANAUSDT is paused' });
  });
});

describe('the size of a sale', () => {
  it('sells no more than is held, rounded down to the step', () => {
    expect(sale({ quantityHeld: '7999.9' })).toMatchObject({ kind: 'send', terms: { quantity: '7999' }, notional: '799.9' });
  });

  it.each([
    ['nothing is held', { quantityHeld: '0' }, 'nothing-held'],
    // 49 × 0.1 = 4.90, below 5.
    ['the market asks for more value', { quantityHeld: '49' }, 'below-min-notional'],
    ['less than a step is held', { quantityHeld: '0.9' }, 'below-step'],
    ['the market asks for more', { market: { rules: rulesOf('HANA', { minQuantity: '10000' }), tradability: { kind: 'tradable' }, seenMs: NOW_MS } }, 'below-min-quantity'],
  ] as const)('skips the leg where %s', (_, change, reason) => {
    expect(sale(change)).toEqual({ kind: 'skip', reason });
  });

  it('puts the limit of an immediate-or-cancel order at the worst price allowed', () => {
    const configuration = aPlanConfiguration({ execution: { ...DEFAULT_EXECUTION, orderType: 'ioc', maxSlippage: 0.02 } });
    // 0.1 × 0.98 = 0.098.
    expect(sale({ configuration })).toMatchObject({ terms: { kind: 'limit-ioc', side: 'sell', quantity: '8000', price: '0.098' } });
  });
});

describe('the size of a purchase', () => {
  it('buys for what the cash above the floor pays, with the market\'s taker fee', () => {
    // (600 − 500) ÷ 1.0005 = 99.95002..., cut off after the four decimals of the price.
    expect(purchase({ cashHeld: '600' })).toMatchObject({ kind: 'send', terms: { kind: 'market-buy', quoteValue: '99.95' } });
  });

  it('counts on paper with the fee of the parameters', () => {
    // (600 − 500) ÷ 1.001 = 99.9000999...
    expect(purchase({ cashHeld: '600', plan: aPlanRecord({ mode: 'paper' }) })).toMatchObject({ terms: { quoteValue: '99.9' } });
  });

  it('skips the leg where the cash pays for less than the smallest order', () => {
    // (515 − 500) ÷ 1.0005 = 14.99, below 15.
    expect(purchase({ cashHeld: '515' })).toEqual({ kind: 'skip', reason: 'cash-below-minimum' });
    expect(purchase({ cashHeld: '499' })).toEqual({ kind: 'skip', reason: 'cash-below-minimum' });
  });

  it('lets the start take all of the cash', () => {
    const decision = { kind: 'initial', decidedAtMs: DECIDED_MS, purchases: [], totalValue: 1_000, prices: [0.1, 0.2, 0.5] } as const;
    expect(purchase({ cashHeld: '100.05', plan: aPlanRecord({ decision }) })).toMatchObject({ terms: { quoteValue: '100' } });
  });

  it('skips the leg where the market asks for more value', () => {
    const market = { rules: rulesOf('AIA', { minMarketNotional: '300' }), tradability: { kind: 'tradable' }, seenMs: NOW_MS } as const;
    expect(purchase({ market })).toEqual({ kind: 'skip', reason: 'below-min-notional' });
  });
});

describe('caps', () => {
  const usage = { notionalOfPlan: '0', notionalLastHour: '0', notionalLastDay: '0', ordersLastMinute: 0, plansLastDay: 1 };

  it.each([
    // The sale is worth 800 of 10,000.
    ['maxOrderFraction', {}, { maxOrderFraction: 0.0799 }],
    ['maxPlanFraction', { usage: { ...usage, notionalOfPlan: '200.1' } }, { maxPlanFraction: 0.1 }],
    ['maxHourlyTurnover', { usage: { ...usage, notionalLastHour: '14200.1' } }, {}],
    ['maxDailyTurnover', { usage: { ...usage, notionalLastDay: '39200.1' } }, {}],
    ['maxPlansPerDay', { usage: { ...usage, plansLastDay: 201 } }, {}],
    ['maxOrdersPerMinute', { usage: { ...usage, ordersLastMinute: 60 } }, {}],
  ] as const)('%s ends the plan, whichever version asks for it', (cap, change, stricter) => {
    const caps = { ...DEFAULT_CAPS, ...stricter };
    const expected = { kind: 'end-plan', endReason: 'cap-exceeded', reason: expect.stringContaining(cap === 'maxPlansPerDay' ? 'plans in a day' : cap) };
    expect(sale({ ...change, currentCaps: caps })).toEqual(expected);
    expect(sale({ ...change, configuration: aPlanConfiguration({ caps }) })).toEqual(expected);
  });

  it('lets go what just fits', () => {
    const fitting = { notionalOfPlan: '9200', notionalLastHour: '14200', notionalLastDay: '39200', ordersLastMinute: 59, plansLastDay: 200 };
    expect(sale({ usage: fitting, currentCaps: { ...DEFAULT_CAPS, maxOrderFraction: 0.08 } })).toMatchObject({ kind: 'send' });
  });
});

it('asks for the strategy\'s minimum with the parameters that the plan was made with', () => {
  const configuration = aPlanConfiguration({ parameters: { ...DEFAULT_PARAMETERS, minOrderValue: 281 } });
  expect(purchase({ configuration })).toEqual({ kind: 'skip', reason: 'cash-below-minimum' });
});

it('says halted before all else, and does not judge what is then of no concern', () => {
  expect(sale({ tradingState: 'halt', market: null, intent: anIntentRecord({ quantity: '0.1' }), account: { isReconciled: false, haltReason: 'x' } })).toMatchObject({ endReason: 'halted' });
});
