import { exchangeSetting } from './exchange-setting.js';
import { resolveSettings } from './settings.js';

const RUNTIME = { exchange: 'simulator', exchangeUrl: 'http://127.0.0.1:4010' };
const SIMULATOR = { kind: 'known', name: 'simulator', venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', trustedHosts: ['127.0.0.1'] };
const found = (environment: Record<string, string | undefined>, runtime = {}) => exchangeSetting(resolveSettings({}, environment, runtime, '/data').exchange);

it('comes from what npm start left behind, and from the environment before that', () => {
  expect(found({})).toEqual({ kind: 'none' });
  expect(found({}, RUNTIME)).toEqual(SIMULATOR);
  expect(found({ EXCHANGE: 'Simulator' }, RUNTIME)).toEqual(SIMULATOR);
  expect(found({ EXCHANGE: 'simulator', EXCHANGE_URL: 'http://127.0.0.1:5000/' }, RUNTIME)).toEqual({ ...SIMULATOR, origin: 'http://127.0.0.1:5000', trustedHosts: [] });
});

it('trusts another host only where it is named as trusted, or where npm start has found a simulator there', () => {
  const elsewhere = 'http://sim.example:4010';
  expect(found({ EXCHANGE: 'simulator', EXCHANGE_URL: elsewhere })).toMatchObject({ origin: elsewhere, trustedHosts: [] });
  expect(found({ EXCHANGE: 'simulator', EXCHANGE_URL: elsewhere, EXCHANGE_TRUSTED_HOSTS: 'sim.example,b' })).toMatchObject({ trustedHosts: ['sim.example', 'b'] });
  expect(found({}, { exchange: 'simulator', exchangeUrl: elsewhere })).toMatchObject({ origin: elsewhere, trustedHosts: ['sim.example'] });
});

it('never takes the simulator\'s address for MEXC\'s', () => {
  for (const environment of [{ EXCHANGE: 'mexc' }, { EXCHANGE: 'MEXC', EXCHANGE_URL: 'http://127.0.0.1:4010' }]) {
    expect(found(environment, RUNTIME)).toEqual({ kind: 'known', name: 'mexc', venue: 'MEXC', origin: null, trustedHosts: [] });
  }
});

it.each([
  [{ EXCHANGE: 'binance' }, 'EXCHANGE must name simulator or mexc, not "binance"'],
  [{ EXCHANGE: 'simulator' }, 'EXCHANGE_URL must say where the simulator is'],
  [{ EXCHANGE: 'simulator', EXCHANGE_URL: 'localhost:1' }, 'EXCHANGE_URL must hold an http or https address'],
])('of %j it says: %s', (environment, detail) => {
  expect(found(environment)).toEqual({ kind: 'malformed', detail });
});
