import { EXIT, EXIT_MEANINGS, exitCodeHelp, exitCodeOfStatus } from './exit-codes.js';

describe('exit codes', () => {
  it('are the documented ones', () => {
    expect(EXIT).toEqual({
      ok: 0, unexpected: 1, usage: 2, invalid: 3, notFound: 4, conflict: 5, access: 6, unavailable: 7,
      waitTimeout: 8, partial: 9, refused: 10, runFailed: 11, interrupted: 130, terminated: 143,
    });
  });

  const statuses = [
    [400, 'invalid'], [401, 'access'], [403, 'access'], [404, 'notFound'], [409, 'conflict'], [410, 'notFound'],
    [412, 'conflict'], [413, 'invalid'], [415, 'invalid'], [422, 'invalid'], [429, 'unavailable'], [500, 'unexpected'],
    [502, 'unavailable'], [503, 'unavailable'], [504, 'unavailable'],
  ] as const;

  it.each(statuses)('takes HTTP %d as %s', (status, name) => {
    expect(exitCodeOfStatus(status)).toBe(EXIT[name]);
  });

  it('prints one line for every code in the help', () => {
    const lines = exitCodeHelp().split('\n');
    expect(lines).toHaveLength(Object.keys(EXIT_MEANINGS).length);
    expect(lines).toContain('   11  the run, or all that was to be fetched, failed or was canceled');
  });
});
