import { StoreFailure, type StoreFailureKind } from '#application';
import { CliFailure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { storeFailure } from './import-command.js';

const failureOf = (kind: StoreFailureKind, code?: string) => storeFailure(new StoreFailure(kind, 'the database could not store candles', { cause: { code } }));

describe('storeFailure', () => {
  it.each([
    ['disk-full', EXIT.unavailable, 'database-disk-full', /free space on the disk/],
    ['unavailable', EXIT.unavailable, 'database-unavailable', /doctor/],
    ['timeout', EXIT.unavailable, 'database-timeout', /import again/],
    ['contended', EXIT.unavailable, 'database-contended', /import again/],
  ] as const)('tells what helps against %s', (kind, exitCode, code, remedy) => {
    const failure = failureOf(kind);
    expect(failure).toBeInstanceOf(CliFailure);
    expect(failure).toMatchObject({ exitCode, problem: { code, remedy: expect.stringMatching(remedy) } });
  });

  it('knows a database that was never migrated', () => {
    expect(failureOf('refused', '42P01')).toMatchObject({ exitCode: EXIT.conflict, problem: { code: 'database-not-migrated', remedy: 'rebalancer migrate' } });
  });

  it('leaves defects as they are', () => {
    const defect = new TypeError('x is not a function');
    expect(storeFailure(defect)).toBe(defect);
    expect(failureOf('refused', '23514')).toBeInstanceOf(StoreFailure);
  });
});
