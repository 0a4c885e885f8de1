import { z } from 'zod';
import { exchangeFields, selectExchange } from './exchange.js';
import { readConfig, type Environment } from './read-config.js';

const selected = (environment: Environment) => selectExchange(readConfig(z.object(exchangeFields), environment));

it.each([
  { name: 'the simulator unless told otherwise', given: {}, expected: { venue: 'SIMULATOR', origin: 'http://127.0.0.1:4010', money: 'play money', trustedHosts: [] } },
  { name: 'a simulator elsewhere', given: { EXCHANGE: 'Simulator', EXCHANGE_URL: 'http://localhost:5000/' }, expected: { venue: 'SIMULATOR', origin: 'http://localhost:5000' } },
  { name: 'a simulator of a trusted host', given: { EXCHANGE_URL: 'http://sim:4010', EXCHANGE_TRUSTED_HOSTS: 'sim,sim-2' }, expected: { origin: 'http://sim:4010', trustedHosts: ['sim', 'sim-2'] } },
  { name: 'the real one by its name alone', given: { EXCHANGE: 'mexc' }, expected: { venue: 'MEXC', origin: 'https://api.mexc.com', money: 'real' } },
  { name: 'the real one at its own address', given: { EXCHANGE: 'mexc', EXCHANGE_URL: 'https://api.mexc.com' }, expected: { venue: 'MEXC', money: 'real' } },
])('selects $name', ({ given, expected }) => {
  expect(selected(given)).toMatchObject(expected);
});

it.each([
  { given: { EXCHANGE: 'binance' }, fault: 'EXCHANGE: expected simulator or mexc' },
  { given: { EXCHANGE: 'mexc', EXCHANGE_URL: 'http://127.0.0.1:4010' }, fault: 'EXCHANGE_URL: MEXC is reached at https://api.mexc.com only' },
  { given: { EXCHANGE_URL: 'localhost:4010' }, fault: 'EXCHANGE_URL: expected an address' },
  { given: { EXCHANGE_URL: 'http://127.0.0.1:4010/api' }, fault: 'EXCHANGE_URL: expected an address without a path' },
  { given: { EXCHANGE_URL: 'http://key:hunter2@127.0.0.1:4010' }, fault: 'EXCHANGE_URL: expected an address' },
  { given: { EXCHANGE_TRUSTED_HOSTS: 'a b' }, fault: 'EXCHANGE_TRUSTED_HOSTS: expected host names' },
])('refuses $given', ({ given, fault }) => {
  expect(() => selected(given)).toThrow(fault);
  expect(() => selected(given)).not.toThrow('hunter2');
});
