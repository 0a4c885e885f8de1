import type { VenueFill } from '../ports/trading.port.js';
import { attributeFills } from './book-fills.js';

const fill = (change: Partial<VenueFill> = {}): VenueFill => ({
  venueTradeId: 't1', venueOrderId: 'v1', clientOrderId: null, marketId: 'HANAUSDT', side: 'sell', price: '0.1', quantity: '100', notional: '10', fee: '0.01', feeAsset: 'USDT',
  isMaker: false, filledMs: 1, ...change,
});
const market = { base: 'HANA', quote: 'USDT' };
const owners = [{ clientOrderId: 'ra', venueOrderId: null, portfolioId: 'pf_a' }, { clientOrderId: 'rb', venueOrderId: 'v1', portfolioId: 'pf_b' }];
const owned = (change: Partial<VenueFill>) => attributeFills([fill(change)], owners, market)[0]!;

it.each([
  ['our id', { clientOrderId: 'ra', venueOrderId: 'v9' }, 'ra', 'pf_a'],
  ['the venue\'s order where it tells no id of ours', {}, 'rb', 'pf_b'],
  ['our id, whatever order it is of', { clientOrderId: 'ra', venueOrderId: 'v1' }, 'ra', 'pf_a'],
  ['nothing that we know', { clientOrderId: 'r-other', venueOrderId: 'v2' }, null, null],
])('attributes by %s', (_, change, clientOrderId, portfolioId) => {
  expect(owned(change)).toMatchObject({ clientOrderId, portfolioId, ...market });
});

it('books what was ordered to its portfolio, and what was not to the account\'s unassigned money', () => {
  for (const [change, holder] of [[{}, { kind: 'portfolio', portfolioId: 'pf_b' }], [{ venueOrderId: 'v2' }, { kind: 'unassigned' }]] as const) {
    const { postings } = owned(change);
    expect(postings).toContainEqual({ holder, asset: 'HANA', quantity: '-100' });
    // 10 received less 0.01 paid.
    expect(postings).toContainEqual({ holder, asset: 'USDT', quantity: '9.99' });
  }
});
