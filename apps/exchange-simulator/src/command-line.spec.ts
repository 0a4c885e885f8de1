import { ConfigurationError } from '#platform';
import { asFlagFault, FLAGS, readCommandLine, USAGE, UsageError } from './command-line.js';
import { readSimulatorConfiguration } from './configuration.js';

function variablesOf(...args: string[]): Readonly<Record<string, string | undefined>> {
  const read = readCommandLine(args);
  return read.kind === 'run' ? read.variables : {};
}

function faultsOf(...args: string[]): readonly string[] {
  const variables = variablesOf(...args);
  try {
    readSimulatorConfiguration(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map((fault) => asFlagFault(fault, variables));
    throw error;
  }
}

describe('the command line', () => {
  it('stands for variables', () => {
    expect(variablesOf('--port', '4010', '--no-rate-limit', '--unique-ids')).toEqual({ PORT: '4010', RATE_LIMIT: 'off', UNIQUE_CLIENT_ORDER_IDS: 'on' });
  });

  it.each([[['--prot', '1']], [['--port']], [['stray']]])('refuses %j in one line', (args) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
    expect(() => readCommandLine(args)).toThrow(/^[^\n]+\(--help lists the flags\)$/u);
  });

  it('lists every flag in its help', () => {
    expect(readCommandLine(['--help'])).toEqual({ kind: 'help' });
    for (const name of Object.keys(FLAGS)) expect(USAGE).toContain(`--${name} `);
  });
});

describe('the configuration', () => {
  it('is complete without a word', () => {
    expect(readSimulatorConfiguration({})).toMatchObject({
      PORT: 4010, CONTROL_PORT: 4011, HOST: '127.0.0.1', SEED: 1, SPEED: 1, SIMULATOR_KEY: 'simulator-key', BALANCES: [['USDT', '10000']], RATE_LIMIT: true, KLINES_CAP: 500,
    });
  });

  it.each([
    { args: ['--port', '70000'], fault: '--port: expected a whole number from 0 to 65535' },
    { args: ['--speed', '1.5'], fault: '--speed: expected a whole number from 1 to 10000' },
    { args: ['--fee-in', 'MX'], fault: '--fee-in: expected quote, base or third' },
    { args: ['--balances', 'USDT'], fault: '--balances: expected ASSET=QUANTITY, more of them after commas, such as USDT=10000,MX=5' },
    { args: ['--history-from', 'yesterday'], fault: '--history-from: expected ISO 8601 in UTC, such as 2025-01-01T00:00:00Z' },
    { args: ['--clock-shift', '1e9'], fault: '--clock-shift: expected milliseconds from -86400000 to 86400000' },
  ])('names the flag, the rule and the remedy of $args', ({ args, fault }) => {
    expect(faultsOf(...args)).toEqual([fault]);
  });

  it('reads balances and shifts', () => {
    expect(readSimulatorConfiguration({ BALANCES: 'USDT=12.5,MX=3', CLOCK_SHIFT_MS: '-30000' })).toMatchObject({ BALANCES: [['USDT', '12.5'], ['MX', '3']], CLOCK_SHIFT_MS: -30_000 });
  });
});
