import { readExecutorConfiguration } from './configuration.js';

const NEEDED = { DATABASE_URL: 'postgres://u@h/d', REDIS_URL: 'redis://h:1' };
const read = (more: Record<string, string> = {}) => readExecutorConfiguration({ ...NEEDED, ...more });

it('trades on paper alone where no key of the real exchange is given, also where it is given empty', () => {
  expect(read({ EXCHANGE: 'mexc' })).toMatchObject({ credentials: null, exchange: { money: 'real' }, concurrency: 4, confirmAfterMs: 60_000 });
  expect(read({ EXCHANGE: 'mexc', EXCHANGE_API_KEY: '', EXCHANGE_API_SECRET: '' }).credentials).toBeNull();
});

it("has the simulator's play strings where none other are given, and a key of the simulator's where one is", () => {
  const simulated = { exchange: { venue: 'SIMULATOR', money: 'play money' } };
  expect(read()).toMatchObject({ ...simulated, credentials: { apiKey: 'simulator-key', secret: 'simulator-secret' } });
  expect(read({ EXCHANGE_API_KEY: 'k', EXCHANGE_API_SECRET: 's' })).toMatchObject({ ...simulated, credentials: { apiKey: 'k', secret: 's' } });
});

it('takes both halves of a key', () => {
  expect(read({ EXCHANGE_API_KEY: 'k', EXCHANGE_API_SECRET: 's', EXCHANGE: 'mexc' })).toMatchObject({ credentials: { apiKey: 'k', secret: 's' }, exchange: { money: 'real' } });
});

it.each([
  [{ EXCHANGE_API_KEY: 'hunter2' }, 'EXCHANGE_API_SECRET: is not set'],
  [{ EXCHANGE_API_SECRET: 'hunter2' }, 'EXCHANGE_API_KEY: is not set'],
  [{ EXCHANGE_API_KEY: 'hunter2 x', EXCHANGE_API_SECRET: 's' }, 'EXCHANGE_API_KEY: expected'],
  [{ EXCHANGE: 'mexc', RATE_BUDGET: 'off' }, 'RATE_BUDGET: may be off for a simulator only'],
  [{ EXCHANGE: 'mexc', DEAD_SPREAD_MS: '29999' }, 'DEAD_SPREAD_MS: may be below 30000 for a simulator only'],
  [{ EXECUTION_CONCURRENCY: '0' }, 'EXECUTION_CONCURRENCY: expected a whole number from 1 to 32'],
] as const)('refuses %j, and repeats no value', (more, fault) => {
  expect(() => read(more)).toThrow(fault);
  expect(() => read(more)).not.toThrow('hunter2');
});
