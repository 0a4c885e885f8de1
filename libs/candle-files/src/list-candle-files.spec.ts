import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileFailureOf } from './file-failure.js';
import { listCandleFiles } from './list-candle-files.js';
import { findSeriesFile } from './read-candle-columns.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'candle-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));
const touch = (...names: readonly string[]) => Promise.all(names.map((name) => writeFile(path.join(folder, name), '')));

describe('listCandleFiles', () => {
  it('lists a folder by name, CSV only, not what lies deeper', async () => {
    await touch('b.csv', 'a.csv.gz', 'README.md', 'c.txt');
    await mkdir(path.join(folder, 'deeper'));
    await touch('deeper/d.csv');
    expect(await listCandleFiles(folder)).toEqual([path.join(folder, 'a.csv.gz'), path.join(folder, 'b.csv')]);
  });

  it('takes a file as it is, whatever its name', async () => {
    await touch('export.txt');
    expect(await listCandleFiles(path.join(folder, 'export.txt'))).toEqual([path.join(folder, 'export.txt')]);
  });

  it('says that a folder has none', async () => {
    await expect(listCandleFiles(folder)).rejects.toMatchObject({ kind: 'no-files', message: expect.stringContaining(folder) });
  });

  it('says that there is no such path', async () => {
    await expect(listCandleFiles(path.join(folder, 'gone'))).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('findSeriesFile', () => {
  const identity = { exchange: 'MEXC', base: 'HANA', quote: 'USDT', interval: '1m' } as const;

  it('finds the file of a series, zipped or not', async () => {
    await touch('MEXC_HANA_USDT_1m.csv');
    expect(await findSeriesFile(folder, identity)).toBe(path.join(folder, 'MEXC_HANA_USDT_1m.csv'));
    await touch('MEXC_HANA_USDT_1m.csv.gz');
    expect(await findSeriesFile(folder, identity)).toBe(path.join(folder, 'MEXC_HANA_USDT_1m.csv.gz'));
  });

  it('says what there is instead', async () => {
    await touch('MEXC_DOGE_USDT_1m.csv.gz', 'notes.txt');
    await expect(findSeriesFile(folder, identity)).rejects.toThrow(/no file MEXC_HANA_USDT_1m.csv.gz.*it has MEXC DOGE\/USDT 1m/);
  });
});

describe('fileFailureOf', () => {
  // Specs may run as root, who may read everything, so the refusal is made here.
  it('names the file that may not be read', () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(fileFailureOf(denied, '/candles/a.csv')).toMatchObject({
      kind: 'no-permission',
      message: '/candles/a.csv: no permission to read it',
      cause: denied,
    });
  });
});
