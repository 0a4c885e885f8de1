import { aHeldExchange } from './held-exchange.js';

type Held = ReturnType<typeof aHeldExchange>;

/** Two orders of 1 HANA each, of which the second one is veiled as told; both at 100. */
async function aVeiledOrder(kind: 'order' | 'fills') {
  const held: Held = aHeldExchange({
    onAccepted: (accepted) => {
      const nowMs = held.time.nowMs();
      if (accepted.order.clientOrderId === 'veiled') held.exchange.veils.hide(accepted, kind === 'fills' ? { kind, untilMs: nowMs + 30_000, told: 0 } : { kind, fillsFromMs: nowMs + 30_000, untilMs: nowMs + 60_000 });
    },
  });
  const startMs = held.time.nowMs();
  const buy = (clientOrderId: string) =>
    held.time.until(held.trading.submit({ marketId: 'HANAUSDT', clientOrderId, terms: { kind: 'market-buy', quoteValue: '100' }, signMs: held.time.nowMs(), receiveWindowMs: 5_000 }));
  await buy('plain');
  await buy('veiled');
  const order = () => held.time.until(held.trading.order('HANAUSDT', 'veiled'));
  const fills = () => held.time.until(held.trading.fillsSince('HANAUSDT', startMs));
  return { held, order, fills };
}

it('tells an order as ended without the fills that it does not tell either, although the balance has them', async () => {
  const { held, order, fills } = await aVeiledOrder('fills');
  expect(await order()).toMatchObject({ kind: 'found', order: { status: 'canceled', filledQuantity: '0', filledNotional: '0' } });
  expect(await fills()).toMatchObject([{ clientOrderId: 'plain' }]);
  expect(await held.time.until(held.trading.balances())).toContainEqual({ asset: 'HANA', free: '2', locked: '0' });
  await held.time.pass(30_000);
  expect(await order()).toMatchObject({ kind: 'found', order: { status: 'filled', filledQuantity: '1' } });
  expect(await fills()).toHaveLength(2);
});

it('does not find an order, and fails rather than to leave out its fills, which come first', async () => {
  const { held, order, fills } = await aVeiledOrder('order');
  expect(await order()).toEqual({ kind: 'not-found' });
  await expect(fills()).rejects.toThrow(/503/u);
  await held.time.pass(30_000);
  expect(await fills()).toHaveLength(2);
  expect(await order()).toEqual({ kind: 'not-found' });
  await held.time.pass(30_000);
  expect(await order()).toMatchObject({ kind: 'found', order: { status: 'filled' } });
});

it('tells everything once the veil is lifted', async () => {
  const { held, order } = await aVeiledOrder('order');
  held.exchange.veils.lift();
  expect(await order()).toMatchObject({ kind: 'found' });
});
