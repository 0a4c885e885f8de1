import type { ExchangeMarket } from '#contracts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.js';

type Named = Pick<ExchangeMarket, 'marketId' | 'didYouMean'>;

export const noSuchMarket = ({ didYouMean }: Named): string =>
  `the exchange has no such market${didYouMean.length > 0 ? `; did you mean ${didYouMean.join(' or ')}?` : ''}`;

/** 4 where none is known, 9 where some are not. */
export function exitCodeOfMarkets(markets: readonly Named[]): ExitCode {
  const unknown = markets.filter(({ marketId }) => marketId === null).length;
  if (unknown === 0) return EXIT.ok;
  return unknown === markets.length ? EXIT.notFound : EXIT.partial;
}
