import { CliFailure } from '../terminal/cli-failure.js';
import { settingsOf } from './settings-options.js';

it('names only what was given', () => {
  expect(settingsOf({})).toEqual({ parameters: {}, execution: {}, caps: {} });
  expect(settingsOf({ set: ['usdtReserve=0.2', 'fillAt=close'], orderType: 'ioc', maxSlippage: '0.02', cap: ['maxDrawdown=none'] })).toEqual({
    parameters: { usdtReserve: 0.2, fillAt: 'close' }, execution: { orderType: 'ioc', maxSlippage: 0.02 }, caps: { maxDrawdown: null },
  });
});

it('tells all wrong parameters at once', () => {
  expect.assertions(1);
  try {
    settingsOf({ set: ['usdtReserv=0.2', 'usdtReserve=much'] });
  } catch (error) {
    expect(error instanceof CliFailure && [error.exitCode, error.problem.errors?.map(({ pointer }) => pointer)]).toEqual([3, ['/parameters/usdtReserv', '/parameters/usdtReserve']]);
  }
});

it.each(['2', '-0.1', '1 %', 'none', ''])('takes no slippage of %j', (maxSlippage) => {
  expect(() => settingsOf({ maxSlippage })).toThrow(/^--max-slippage must be a number from 0 to 1 /u);
});
