import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Clock, LatestPrices, MarketStore, VenueName } from '#application';
import { Prices, PricesQuery } from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { marketsOrRefuse } from './known-markets.js';
import { presentPrice } from './present-exchange.js';

@ApiTags('exchange')
@Controller('v1/prices')
export class PricesController {
  constructor(
    @Inject(TOKENS.venue) private readonly venue: VenueName,
    @Inject(TOKENS.markets) private readonly store: MarketStore,
    @Inject(TOKENS.prices) private readonly latest: Pick<LatestPrices, 'read'>,
    @Inject(TOKENS.clock) private readonly clock: Clock,
  ) {}

  @Get()
  @Answers({
    summary: 'Latest prices; one with a flag must not be acted upon',
    ok: { 200: Prices },
    problems: ['validation-failed', 'exchange-unavailable', 'queue-unavailable'],
  })
  async prices(@Query({ schema: PricesQuery }) { assets, quote }: z.infer<typeof PricesQuery>): Promise<z.infer<typeof Prices>> {
    const found = await marketsOrRefuse(this.store, this.venue, assets, quote);
    const markets = found.map(({ asset, market, didYouMean }) => ({ asset, quote, marketId: market?.rules.marketId ?? null, didYouMean: [...didYouMean] }));
    const ids = markets.flatMap(({ marketId }) => marketId ?? []);
    const latest = await this.latest.read(this.venue, ids);
    const byId = new Map(ids.map((id, index) => [id, latest[index] ?? null]));
    const nowMs = this.clock.nowMs();
    return { venue: this.venue, data: markets.map((market) => presentPrice(market, byId.get(market.marketId ?? '') ?? null, nowMs)) };
  }
}
