import { casesOf, readFixtures } from '../../e2e/simulator/mexc-fixtures.js';

type Words = Readonly<Record<string, unknown>>;

/** What MEXC answered to a call of one of ccxt's methods. */
export interface Sample {
  readonly method: string;
  readonly input: readonly unknown[];
  readonly answer: unknown;
}

export interface SampleSet {
  readonly from: string;
  /** Of exchangeInfo. */
  readonly markets: readonly Words[];
  readonly samples: readonly Sample[];
}

const MADE_MARKET = {
  symbol: 'MADEUSDT', status: '1', baseAsset: 'MADE', baseAssetPrecision: 2, quoteAsset: 'USDT', quotePrecision: 6, quoteAssetPrecision: 6, baseCommissionPrecision: 2,
  quoteCommissionPrecision: 6, orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'], isSpotTradingAllowed: true, isMarginTradingAllowed: false,
  quoteAmountPrecision: '1.000000000000000000000000000000', baseSizePrecision: '0.01', permissions: ['SPOT'], filters: [],
  maxQuoteAmount: '2000000.000000000000000000000000000000', makerCommission: '0', takerCommission: '0.0005',
  quoteAmountPrecisionMarket: '1.000000000000000000000000000000', maxQuoteAmountMarket: '100000.000000000000000000000000000000', fullName: 'Made', tradeSideType: 1,
};

const MADE_MS = 1_750_000_000_000;

/** 250 sold at the market for 0.02 each, which is 5; with a fee of 0.05 % of that, and a bound 5 % under the price, at which they would be worth 4.75. */
const MADE_ORDER = {
  symbol: 'MADEUSDT', orderId: 'C02__500000000000000000001', orderListId: -1, clientOrderId: null, price: '0.019', origQty: '250', executedQty: '250', cummulativeQuoteQty: '5',
  status: 'FILLED', timeInForce: null, type: 'MARKET', side: 'SELL', stopPrice: null, icebergQty: null, time: MADE_MS, updateTime: MADE_MS, isWorking: true, origQuoteOrderQty: '4.75',
};

const MADE_FILL = {
  symbol: 'MADEUSDT', id: '0123456789abcdef0123456789abcdef', orderId: 'C02__500000000000000000001', orderListId: -1, price: '0.02', qty: '250', quoteQty: '5', commission: '0.0025',
  commissionAsset: 'USDT', time: MADE_MS, isBuyer: false, isMaker: false, isBestMatch: true, isSelfTrade: false, clientOrderId: null,
};

const MADE_TICKER = {
  symbol: 'MADEUSDT', priceChange: '0.001', priceChangePercent: '0.05', prevClosePrice: '0.019', lastPrice: '0.02', bidPrice: '0.02', bidQty: '100', askPrice: '0.020001', askQty: '120',
  openPrice: '0.019', highPrice: '0.021', lowPrice: '0.0185', volume: '1000', quoteVolume: '20', openTime: MADE_MS - 86_400_000, closeTime: MADE_MS, count: null,
};

/** Written by hand from MEXC's documents, for clones without ccxt's samples, and for what those have none of. */
const OWN: SampleSet = {
  from: 'our own samples',
  markets: [MADE_MARKET],
  samples: [
    { method: 'fetchOrders', input: ['MADE/USDT', undefined, 1], answer: [MADE_ORDER] },
    { method: 'fetchOrder', input: ['C02__500000000000000000001', 'MADE/USDT'], answer: MADE_ORDER },
    { method: 'fetchOpenOrders', input: ['MADE/USDT'], answer: [{ ...MADE_ORDER, status: 'NEW', type: 'LIMIT', side: 'BUY', price: '0.01', executedQty: '0', cummulativeQuoteQty: '0', origQuoteOrderQty: '0' }] },
    { method: 'fetchMyTrades', input: ['MADE/USDT', undefined, 1], answer: [MADE_FILL] },
    {
      method: 'fetchBalance', input: [],
      answer: {
        makerCommission: null, takerCommission: null, buyerCommission: null, sellerCommission: null, canTrade: true, canWithdraw: true, canDeposit: true, updateTime: null, accountType: 'SPOT',
        balances: [{ asset: 'MADE', free: '750', locked: '0', available: '750' }, { asset: 'USDT', free: '4.9975', locked: '5', available: '4.9975' }], permissions: ['SPOT'],
      },
    },
    { method: 'fetchOHLCV', input: ['MADE/USDT', '1h', undefined, 1], answer: [[MADE_MS, '0.019', '0.021', '0.0185', '0.02', '1000', MADE_MS + 3_600_000, '20']] },
    { method: 'fetchTicker', input: ['MADE/USDT'], answer: MADE_TICKER },
    { method: 'fetchOrderBook', input: ['MADE/USDT', 1], answer: { lastUpdateId: 123_456, bids: [['0.02', '100']], asks: [['0.020001', '120']], timestamp: MADE_MS } },
    { method: 'fetchTrades', input: ['MADE/USDT', undefined, 1], answer: [{ a: null, f: null, l: null, p: '0.02', q: '10', T: MADE_MS, m: false, M: true }] },
  ],
};

/** Ours, and ccxt's own where they are there. */
export function sampleSets(): readonly SampleSet[] {
  const [markets, responses] = [readFixtures('markets'), readFixtures('response')];
  if (markets === null || responses === null) return [OWN];
  const infos = Object.values(markets as object).map(({ info }: { readonly info: Words }) => info);
  const samples = casesOf(responses).map(({ method, input, httpResponse }) => ({ method, input: input.map((value) => value ?? undefined), answer: httpResponse }));
  return [OWN, { from: "ccxt's samples", markets: infos, samples }];
}
