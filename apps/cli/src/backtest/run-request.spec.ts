import { CliFailure } from '../terminal/cli-failure.js';
import { buildRunRequest, type RequestFlags } from './run-request.js';

const someFlags = (changes: Partial<RequestFlags> = {}): RequestFlags => ({
  assets: 'HANA,TRUTH', exchange: 'MEXC', interval: '1m', set: [], tag: [], ...changes,
});

function problemOf(flags: RequestFlags, config: Record<string, unknown> = {}) {
  try {
    buildRunRequest(flags, config);
  } catch (error) {
    if (error instanceof CliFailure) return { exitCode: error.exitCode, ...error.problem };
    throw error;
  }
  throw new Error('was not refused');
}

it('makes a submission of flags alone', () => {
  const request = buildRunRequest(someFlags({ set: ['usdtReserve=0.2'], from: '2024-01-01', to: '2024-02-01T12:00Z', tag: ['x'] }), {});
  expect(request).toMatchObject({
    exchange: 'MEXC', quote: 'USDT', interval: '1m', assets: ['HANA', 'TRUTH'], parameters: { usdtReserve: 0.2 },
    from: '2024-01-01T00:00:00.000Z', to: '2024-02-01T12:00:00.000Z', tags: ['x'], priority: 'interactive',
  });
});

it('lets flags win over the file, parameter by parameter', () => {
  const config = { assets: ['A'], exchange: 'BINANCE', interval: '1h', parameters: { usdtReserve: 0.1, slippage: 0.01 } };
  const request = buildRunRequest(someFlags({ assets: undefined, interval: '5m', exchange: undefined, set: ['usdtReserve=0.2'] }), config);
  expect(request).toMatchObject({ assets: ['A'], exchange: 'BINANCE', interval: '5m', parameters: { usdtReserve: 0.2, slippage: 0.01 } });
});

it('takes names in lower case and with spaces', () => {
  expect(buildRunRequest(someFlags({ assets: ' hana , truth' }), {}).assets).toEqual(['HANA', 'TRUTH']);
});

it('asks for what is missing, as wrong use', () => {
  const problem = problemOf(someFlags({ assets: undefined, interval: undefined }));
  expect(problem).toMatchObject({ exitCode: 2, code: 'missing-option', detail: '--assets, --interval are missing' });
});

it.each([
  ['no assets', { assets: '' }, '/assets'],
  ['an asset twice', { assets: 'HANA,HANA' }, '/assets'],
  ['the quote among the assets', { assets: 'HANA,USDT' }, '/assets'],
  ['an empty name', { assets: 'HANA,,TRUTH' }, '/assets/1'],
  ['201 assets', { assets: Array.from({ length: 201 }, (_, index) => `A${index}`).join(',') }, '/assets'],
  ['a threshold out of range', { set: ['upsideThreshold=0'] }, '/parameters/upsideThreshold'],
  ['an unknown fill mode', { set: ['fillAt=open'] }, '/parameters/fillAt'],
  ['an unknown parameter', { set: ['usdtReserv=0.1'] }, '/parameters/usdtReserv'],
  ['a date that is none', { from: 'monday' }, '/from'],
  ['a period that ends before it begins', { from: '2024-02-01', to: '2024-01-01' }, '/from'],
  ['an unknown interval', { interval: '7m' }, '/interval'],
  ['an unknown priority', { priority: 'urgent' }, '/priority'],
])('refuses %s as invalid, naming the place', (_, changes, pointer) => {
  expect(problemOf(someFlags(changes))).toMatchObject({ exitCode: 3, code: 'validation-failed', errors: [{ pointer }] });
});

it('reports every fault at once', () => {
  const problem = problemOf(someFlags({ set: ['usdtReserve=2', 'slippage=x'], from: 'monday' }));
  expect(problem.errors?.map(({ pointer }) => pointer).sort()).toEqual(['/from', '/parameters/slippage', '/parameters/usdtReserve']);
});

it('refuses unknown fields of a file with their pointer', () => {
  const config = { parameters: { usdtReserv: 0.1 } };
  expect(problemOf(someFlags(), config).errors).toEqual([
    { pointer: '/parameters/usdtReserv', code: 'unknown-parameter', detail: 'is not a parameter; did you mean usdtReserve?' },
  ]);
});

it('refuses parameters that are no object', () => {
  expect(problemOf(someFlags(), { parameters: [1] })).toMatchObject({ exitCode: 3, errors: [{ pointer: '/parameters' }] });
});
