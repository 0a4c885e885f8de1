import { fileNameOf, identifyFile, identityFromFileName } from './series-file-name.js';

const HANA = { exchange: 'MEXC', base: 'HANA', quote: 'USDT', interval: '1m' } as const;

describe('series file names', () => {
  it('say the series, zipped or not', () => {
    expect(identityFromFileName('MEXC_HANA_USDT_1m.csv.gz')).toEqual(HANA);
    expect(identityFromFileName('MEXC_HANA_USDT_1m.csv')).toEqual(HANA);
    expect(identityFromFileName(fileNameOf(HANA))).toEqual(HANA);
    expect(identityFromFileName('MEXC_我踏马来了_USDT_1m.csv')?.base).toBe('我踏马来了');
  });

  it.each(['MEXC_HANA_USDT_7m.csv', 'LUNAUSDT-1m-2022-05.csv', 'mexc_hana_usdt_1m.csv', 'MEXC_HANA_USDT_1m.json', 'MEXC_HANA_USDT_1m_2.csv'])(
    'say nothing when they are like %s',
    (name) => expect(identityFromFileName(name)).toBeNull(),
  );
});

describe('identifyFile', () => {
  it('needs no flags where the name says it all', () => {
    expect(identifyFile('MEXC_HANA_USDT_1m.csv.gz', {})).toEqual({ kind: 'identified', identity: HANA });
  });

  it('takes flags for any other name', () => {
    const flags = { exchange: 'MEXC', symbol: 'HANA/USDT', interval: '1m' };
    expect(identifyFile('mexc_HANAUSDT_2026_minute.Last.txt', flags)).toEqual({ kind: 'identified', identity: HANA });
  });

  it('lets a flag win, so that a reborn asset gets a name of its own', () => {
    const named = identifyFile('BINANCE_LUNA_USDT_1h.csv.gz', { symbol: 'LUNA2/USDT' });
    expect(named).toEqual({ kind: 'identified', identity: { exchange: 'BINANCE', base: 'LUNA2', quote: 'USDT', interval: '1h' } });
  });

  it('says which flags are missing', () => {
    expect(identifyFile('candles.csv', { exchange: 'MEXC' })).toEqual({ kind: 'missing', flags: ['--symbol', '--interval'] });
  });

  it('says which flag is wrong', () => {
    const wrong = identifyFile('candles.csv', { exchange: 'MEXC', symbol: 'HANAUSDT', interval: '1m' });
    expect(wrong).toMatchObject({ kind: 'invalid', faults: [{ field: 'quote' }] });
  });
});
