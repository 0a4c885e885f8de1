import { idsOnly } from './queue-board.js';

it.each([
  [{ runId: 'bt_1' }, { runId: 'bt_1' }],
  [{ runId: 'bt_1', parameters: { usdtReserve: 0.3 }, secret: 'x', idea: 'y' }, { runId: 'bt_1' }],
  [{ id: 'x', paid: 'z', runId: 'x'.repeat(65) }, { id: 'x' }],
  [{ runId: { nested: 'x' } }, {}],
  [null, {}],
  ['text', {}],
])('of %j the board shows %j', (data, shown) => {
  expect(idsOnly(data)).toEqual(shown);
});
