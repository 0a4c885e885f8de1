import { moneyOf } from './money.js';
import { CreatePortfolio, MoveFunds, PortfolioName } from './portfolios.js';
import { EngageKillSwitch, SwitchScope } from './kill-switch.js';

const body = { name: 'core', assets: ['HANA', 'AIA'], capital: '10000' };

it('is paper unless live is asked for', () => {
  expect(CreatePortfolio.parse(body)).toEqual({ ...body, mode: 'paper', quote: 'USDT', parameters: {}, execution: {}, caps: {} });
});

it.each(['0', '-1', '1e3', '1.', '.5', '01', '1,5', '', '99999999999999999999', '0.0000000000000000001', 'NaN', 5])('takes no capital of %j', (capital) => {
  expect(CreatePortfolio.safeParse({ ...body, capital }).success).toBe(false);
});

it.each(['1', '0.000000000000000001', '9999999999999999999', '10000.50'])('takes a capital of %j as it is written', (capital) => {
  expect(CreatePortfolio.parse({ ...body, capital }).capital).toBe(capital);
});

it.each([
  [{ parameters: { upsideThreshold: 0 } }, ['parameters', 'upsideThreshold']], [{ execution: { maxSlippage: 0.6 } }, ['execution', 'maxSlippage']],
  [{ caps: { maxOrderFraction: 2 } }, ['caps', 'maxOrderFraction']], [{ caps: { maxOrders: 1 } }, ['caps']], [{ mode: 'real' }, ['mode']], [{ assets: [] }, ['assets']],
])('names the field at fault in %j', (wrong, path) => {
  expect(CreatePortfolio.safeParse({ ...body, ...wrong }).error?.issues.map((issue) => issue.path)).toEqual([path]);
});

it.each(['', ' a', 'a ', 'a/b', 'pf_x', 'a\u001b[31m', 'x'.repeat(65)])('takes no name %j', (name) => {
  expect(PortfolioName.safeParse(name).success).toBe(false);
});

it('moves money in or out, and never none', () => {
  expect(['5', '-0.5', '0', '-0.0', '+5'].map((quantity) => MoveFunds.safeParse({ quantity }).success)).toEqual([true, true, false, false, false]);
});

it('halts all of it where nothing more is said', () => {
  expect(EngageKillSwitch.parse({})).toEqual({ scope: 'all', state: 'halt', reason: 'engaged over the API' });
  expect(EngageKillSwitch.safeParse({ state: 'run' }).success).toBe(false);
});

it.each([
  ['all', true], ['account:live-mexc', true], ['portfolio:pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', true], ['portfolio:core', false], ['account:', false], ['everything', false], ['all ', false],
])('takes %j for a scope: %s', (scope, isOne) => {
  expect(SwitchScope.safeParse(scope).success).toBe(isOne);
});

it('never calls money by the wrong name', () => {
  expect([moneyOf('paper', 'MEXC'), moneyOf('paper', 'SIMULATOR'), moneyOf('live', 'SIMULATOR'), moneyOf('live', 'MEXC')]).toEqual(['paper', 'paper', 'play money', 'real']);
});
