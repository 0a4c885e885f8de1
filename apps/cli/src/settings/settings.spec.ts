import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { DEFAULT_API_URL, readRuntimeFile, readToken, requireDatabase, resolveSettings } from './settings.js';

const RUNTIME = { apiUrl: 'http://runtime:1', databaseUrl: 'postgres://runtime/1', redisUrl: 'redis://runtime' };

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('an address', () => {
  it('comes from the flag first', () => {
    const settings = resolveSettings({ api: 'http://flag:1' }, { REBALANCER_API_URL: 'http://env:1' }, RUNTIME, '/data');
    expect(settings.api).toEqual({ value: 'http://flag:1', from: '--api' });
  });

  it('comes from the environment next', () => {
    const settings = resolveSettings({}, { REBALANCER_API_URL: 'http://env:1', DATABASE_URL: 'postgres://env/1' }, RUNTIME, '/data');
    expect(settings.api).toEqual({ value: 'http://env:1', from: 'REBALANCER_API_URL' });
    expect(settings.database).toEqual({ value: 'postgres://env/1', from: 'DATABASE_URL' });
  });

  it('comes from what npm start left behind then', () => {
    const settings = resolveSettings({}, { REBALANCER_API_URL: '' }, RUNTIME, '/data');
    expect(settings).toMatchObject({
      api: { value: 'http://runtime:1', from: '/data/runtime.json' },
      database: { value: 'postgres://runtime/1' },
      redis: { value: 'redis://runtime' },
    });
  });

  it('is the default where nothing says another; a database has none', () => {
    const settings = resolveSettings({}, {}, {}, '/data');
    expect(settings).toMatchObject({
      api: { value: DEFAULT_API_URL },
      tokenFile: { value: '/data/access-token' },
      database: null,
      redis: null,
    });
    expect(() => requireDatabase(settings)).toThrow(
      expect.objectContaining({
        exitCode: 7,
        problem: expect.objectContaining({ remedy: 'start it with npm start, or set DATABASE_URL' }),
      }),
    );
  });

  it('may stand in a file that the environment names', async () => {
    const file = path.join(folder.path, 'url');
    await writeFile(file, 'postgres://secret/1\n');
    expect(resolveSettings({}, { DATABASE_URL_FILE: file }, RUNTIME, '/data').database).toEqual({
      value: 'postgres://secret/1',
      from: 'DATABASE_URL_FILE',
    });
    expect(() => resolveSettings({}, { DATABASE_URL_FILE: `${file}.none` }, {}, '/data')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

it.each([['not json'], ['[]'], ['null'], ['{"apiUrl": 5}']])('knows nothing from a runtime file that says %s', async (text) => {
  await writeFile(path.join(folder.path, 'runtime.json'), text);
  expect(Object.values(readRuntimeFile(folder.path)).filter((value) => value !== undefined)).toEqual([]);
});

const settingsWith = (tokenFile: string) => resolveSettings({ tokenFile }, {}, {}, '/data');

describe('a token', () => {
  it('is the one line of its file', async () => {
    const file = path.join(folder.path, 'token');
    await writeFile(file, 'reb_abc\n');
    expect(readToken(settingsWith(file))).toBe('reb_abc');
  });

  it.each([[''], ['two words'], ['two\nlines']])('is not %j', async (text) => {
    const file = path.join(folder.path, 'token');
    await writeFile(file, text);
    expect(() => readToken(settingsWith(file))).toThrow(expect.objectContaining({ exitCode: 6 }));
  });

  it('that is missing is a matter of access, and says where it was looked for', () => {
    expect(() => readToken(settingsWith('/nowhere/token'))).toThrow(
      expect.objectContaining({ exitCode: 6, message: 'cannot read the access token from /nowhere/token (--token-file): ENOENT' }),
    );
  });
});
