import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { databaseUrl, wholeNumber } from './fields.js';
import { ConfigurationError, readConfig } from './read-config.js';
import { readBuildInfo } from './build-info.js';

const schema = z.object({ DATABASE_URL: databaseUrl, THREADS: wholeNumber(1, 64).default(1) });
const folder = mkdtempSync(join(tmpdir(), 'config-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(schema, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

describe('readConfig', () => {
  it('parses what is set and completes the rest', () => {
    expect(readConfig(schema, { DATABASE_URL: 'postgres://u:p@h:1/d', OTHER: 'x' })).toEqual({ DATABASE_URL: 'postgres://u:p@h:1/d', THREADS: 1 });
    expect(readConfig(schema, { DATABASE_URL: 'postgres://u:p@h:1/d', THREADS: '4' }).THREADS).toBe(4);
  });

  it('reads a value from the file that NAME_FILE names, without its line end', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgres://u:p@h:1/d\n');
    expect(readConfig(schema, { DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://u:p@h:1/d');
  });

  it('names every fault at once, and never the value', () => {
    const faults = faultsOf({ DATABASE_URL: 'mysql://root:hunter2@h/d', THREADS: '0' });
    expect(faults).toHaveLength(2);
    expect(faults[0]).toBe('DATABASE_URL: expected postgres://user:password@host:port/database');
    expect(faults[1]).toBe('THREADS: expected a whole number from 1 to 64');
    expect(faults.join()).not.toContain('hunter2');
  });

  it('says how to set what is missing, and treats an empty variable as missing', () => {
    expect(faultsOf({})[0]).toContain('set DATABASE_URL or DATABASE_URL_FILE');
    expect(faultsOf({ DATABASE_URL: '' })).toHaveLength(1);
  });

  it('refuses a value given in both ways, and a file that is not there', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://u:p@h:1/d', DATABASE_URL_FILE: '/nowhere' })[0]).toContain('not both');
    expect(faultsOf({ DATABASE_URL_FILE: join(folder, 'absent') })[0]).toContain('ENOENT');
  });
});

describe('readBuildInfo', () => {
  it("says the package's version and that it runs from sources", () => {
    const { version, codeVersion } = readBuildInfo();
    expect(version).toMatch(/^\d+\.\d+\.\d+/u);
    expect(codeVersion).toBe(`${version}+source`);
  });
});
