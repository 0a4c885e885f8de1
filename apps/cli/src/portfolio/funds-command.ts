import { randomUUID } from 'node:crypto';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';

/** `rebalancer portfolio deposit` and `withdraw`: of paper play money, of live from and to what the account has unassigned. */
export const movesFunds = (direction: 'deposit' | 'withdraw'): CommandAction<object> => async (context, _options, [key = '', quantity = '']) => {
  if (!/^(?=.*[1-9])\d{1,19}(\.\d{1,18})?$/.test(quantity)) {
    const detail = `the quantity must be a number above zero (received ${JSON.stringify(quantity.slice(0, 40))})`;
    throw failure('usage', { code: 'malformed-quantity', title: 'Wrong use', detail });
  }
  const portfolio = await openPortfoliosApi(context).moveFunds(key, direction === 'deposit' ? quantity : `-${quantity}`, randomUUID());
  if (context.terminal.isJson) context.terminal.document(portfolio);
  else context.terminal.data(`${portfolio.name}  ${portfolio.cash} ${portfolio.quote} in cash`);
  return EXIT.ok;
};
