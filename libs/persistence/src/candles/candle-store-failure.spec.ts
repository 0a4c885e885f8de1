import { CandleFileFailure, StoreFailure } from '#application';
import { candleStoreFailureOf } from './candle-store-failure.js';

const withCode = (code: string) => Object.assign(new Error('driver'), { code });

describe('candleStoreFailureOf', () => {
  it.each([
    ['disk full', withCode('53100'), 'disk-full'],
    ['too many connections', withCode('53300'), 'unavailable'],
    ['a server that shuts down', withCode('57P01'), 'unavailable'],
    ['a server that is not there', withCode('ECONNREFUSED'), 'unavailable'],
    ['no address that answers', new AggregateError([withCode('ECONNREFUSED')]), 'unavailable'],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), 'unavailable'],
    ['a canceled statement', withCode('57014'), 'timeout'],
    ['a lock not given', withCode('55P03'), 'timeout'],
    ['a broken rule', withCode('23514'), 'refused'],
  ])('knows %s', (_name, error, kind) => {
    const failure = candleStoreFailureOf(error, 'store candles');
    expect(failure).toBeInstanceOf(StoreFailure);
    expect(failure).toMatchObject({ kind, cause: error });
    expect((failure as Error).message).toContain('could not store candles');
  });

  it.each([
    ['a corrupt file', new CandleFileFailure('corrupt', 'x.gz', 'x.gz: not a gzip file')],
    ['a mistake of ours', new RangeError('coverage of no candles')],
  ])('passes on %s', (_name, error) => expect(candleStoreFailureOf(error, 'store candles')).toBe(error));
});
