/** An endpoint of MEXC's REST interface, as this product uses it. */
export interface Endpoint {
  /** Name of ccxt's method for it. */
  readonly method: string;
  /** Method and path: the name under which its weight is counted. */
  readonly name: string;
  /** By MEXC's documents of 2025. Its support says otherwise, so every weight can be set anew. */
  readonly weight: number;
  readonly isSigned: boolean;
  /** Counted among the orders of a second. */
  readonly isOrder: boolean;
}

export const ENDPOINTS = {
  time: read('spotPublicGetTime', 'time', 1),
  exchangeInfo: read('spotPublicGetExchangeInfo', 'exchangeInfo', 10),
  defaultSymbols: read('spotPublicGetDefaultSymbols', 'defaultSymbols', 1),
  klines: read('spotPublicGetKlines', 'klines', 1),
  bookTicker: read('spotPublicGetTickerBookTicker', 'ticker/bookTicker', 1),
  depth: read('spotPublicGetDepth', 'depth', 1),
  selfSymbols: signedRead('spotPrivateGetSelfSymbols', 'selfSymbols', 1),
  account: signedRead('spotPrivateGetAccount', 'account', 10),
  queryOrder: signedRead('spotPrivateGetOrder', 'order', 2),
  openOrders: signedRead('spotPrivateGetOpenOrders', 'openOrders', 3),
  myTrades: signedRead('spotPrivateGetMyTrades', 'myTrades', 10),
  placeOrder: order('spotPrivatePostOrder', 'POST'),
  cancelOrder: order('spotPrivateDeleteOrder', 'DELETE'),
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof ENDPOINTS;

/** Weights that differ from the documented ones. */
export type EndpointWeights = Partial<Readonly<Record<EndpointName, number>>>;

function read(method: string, path: string, weight: number): Endpoint {
  return { method, name: `GET /api/v3/${path}`, weight, isSigned: false, isOrder: false };
}

function signedRead(method: string, path: string, weight: number): Endpoint {
  return { ...read(method, path, weight), isSigned: true };
}

function order(method: string, verb: string): Endpoint {
  return { method, name: `${verb} /api/v3/order`, weight: 1, isSigned: true, isOrder: true };
}
