import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { balancesBefore } from './balances-before.js';
import { always, known, type Endpoint, type SignedCall } from './call.js';
import { apiSymbols } from './market-endpoints.js';
import { readParameters, symbolText } from './parameters.js';

/** The account itself. */
export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/api/v3/account', access: 'signed', weight: always(10), handle: accountOf },
  { method: 'GET', path: '/api/v3/tradeFee', access: 'signed', weight: always(20), handle: tradeFee },
  { method: 'GET', path: '/api/v3/selfSymbols', access: 'signed', weight: always(1), handle: apiSymbols },
  { method: 'GET', path: '/api/v3/capital/config/getall', access: 'signed', weight: always(10), handle: currencies },
];

/** Assets of which nothing is left are not in it. */
function accountOf({ venue, account, nowMs, lookup }: SignedCall): unknown {
  venue.advance(nowMs);
  const balances = lookup.balancesLagMs === 0 ? venue.balances(account.id) : balancesBefore(venue, account.id, nowMs - lookup.balancesLagMs);
  const held = balances.filter(({ free, locked }) => !new Decimal(free).isZero() || !new Decimal(locked).isZero());
  return {
    makerCommission: null, takerCommission: null, buyerCommission: null, sellerCommission: null,
    canTrade: true, canWithdraw: false, canDeposit: true, updateTime: null, accountType: 'SPOT',
    balances: held.map(({ asset, free, locked }) => ({ asset, free, locked, available: free })),
    permissions: ['SPOT'],
  };
}

function tradeFee({ request, venue, serverMs }: SignedCall): unknown {
  const { symbol } = readParameters(z.object({ symbol: symbolText }), request);
  const { rules } = known(venue.markets().find((market) => market.rules.marketId === symbol));
  return { data: { makerCommission: Number(rules.makerFee), takerCommission: Number(rules.takerFee) }, code: 0, msg: 'success', timestamp: serverMs };
}

/** Every asset that is traded, on one made network; nothing can be withdrawn from a simulation. */
function currencies({ venue }: SignedCall): unknown {
  const assets = new Set(venue.markets().flatMap(({ rules }) => [rules.base, rules.quote]));
  return [...assets].map((coin) => ({ coin, name: coin, networkList: [networkOf(coin)] }));
}

function networkOf(coin: string): Readonly<Record<string, unknown>> {
  return {
    coin, depositDesc: null, depositEnable: false, minConfirm: 1, name: 'Simulated', network: 'Simulated', withdrawEnable: false,
    withdrawFee: '0', withdrawIntegerMultiple: null, withdrawMax: '0', withdrawMin: '0', sameAddress: false, contract: '',
    withdrawTips: null, depositTips: null, netWork: 'SIMULATED',
  };
}
