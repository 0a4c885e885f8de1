import { CliFailure } from '../terminal/cli-failure.js';
import { assetsOf, capsOf } from './name-value.js';

it('reads limits, the last of a name winning, and none as lifted', () => {
  expect(capsOf([])).toEqual({});
  expect(capsOf(['maxDrawdown=0.4', 'maxPlansPerDay=20', 'maxDrawdown=none'])).toEqual({ maxDrawdown: null, maxPlansPerDay: 20 });
});

it.each(['maxDrawdown', '=0.4', 'maxDrawdown=', 'maxDrawdown=-1', 'maxDrawdown=1e3', 'maxDrawdown=40%', 'maxDrawdown=NONE', 'max drawdown=1', `${'a'.repeat(41)}=1`])('refuses %j, and says how it is written', (option) => {
  const refused = (): unknown => capsOf(['maxPlansPerDay=20', option]);
  expect(refused).toThrow(CliFailure);
  expect(refused).toThrow(`--cap must be name=number, such as maxDrawdown=0.4 (received ${JSON.stringify(option)})`);
});

it.each([
  ['HANA,AIA,XAN', ['HANA', 'AIA', 'XAN']], [' hana , aia,', ['HANA', 'AIA']], ['我踏马来了', ['我踏马来了']], [' , ', []], ['', []],
])('reads the assets of %j', (list, assets) => {
  expect(assetsOf(list)).toEqual(assets);
});
