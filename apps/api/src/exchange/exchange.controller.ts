import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { MarketStore, VenueName } from '#application';
import { ExchangeMarkets, ExchangeStatus, MarketsQuery } from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { marketsOrRefuse } from './known-markets.js';
import { isTradable, presentMarket, presentStatus } from './present-exchange.js';

/** What is known of the exchange without asking it: an ingestor keeps it up to date. */
@ApiTags('exchange')
@Controller('v1/exchange')
export class ExchangeController {
  constructor(
    @Inject(TOKENS.venue) private readonly venue: VenueName,
    @Inject(TOKENS.markets) private readonly store: MarketStore,
  ) {}

  @Get()
  @Answers({ summary: 'Which exchange this product talks to, as an ingestor last saw it', ok: { 200: ExchangeStatus } })
  async exchange(): Promise<ExchangeStatus> {
    const [status, known] = await Promise.all([this.store.statusOf(this.venue), this.store.list(this.venue)]);
    const listed = known.filter(({ isListed }) => isListed);
    return presentStatus(this.venue, status, { markets: listed.length, tradableMarkets: listed.filter(isTradable).length });
  }

  @Get('markets')
  @Answers({
    summary: 'Rules of markets, and whether orders over the API are taken there',
    ok: { 200: ExchangeMarkets },
    problems: ['validation-failed', 'exchange-unavailable'],
  })
  async markets(@Query({ schema: MarketsQuery }) { assets, quote }: z.infer<typeof MarketsQuery>): Promise<z.infer<typeof ExchangeMarkets>> {
    const found = await marketsOrRefuse(this.store, this.venue, assets, quote);
    return { data: found.map(({ asset, market, didYouMean }) => presentMarket(asset, quote, market, didYouMean)) };
  }
}
