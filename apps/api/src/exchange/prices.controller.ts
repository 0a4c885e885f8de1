import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Clock, LatestPrices, MarketStore, VenueName } from '#application';
import { Prices, PricesQuery } from '#contracts';
import { Answers } from '../docs/route-answers.js';
import { TOKENS } from '../tokens.js';
import { marketsOrRefuse, SUGGESTIONS } from './known-markets.js';
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
    const markets = await Promise.all(assets.map(async (asset, index) => {
      const marketId = found[index]?.rules.marketId ?? null;
      return { asset, quote, marketId, didYouMean: marketId === null ? [...(await this.store.basesLike(this.venue, asset, SUGGESTIONS))] : [] };
    }));
    const ids = markets.flatMap(({ marketId }) => marketId ?? []);
    const latest = await this.latest.read(this.venue, ids);
    const byId = new Map(ids.map((id, index) => [id, latest[index] ?? null]));
    const nowMs = this.clock.nowMs();
    return { venue: this.venue, data: markets.map((market) => presentPrice(market, byId.get(market.marketId ?? '') ?? null, nowMs)) };
  }
}
