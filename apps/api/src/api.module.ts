import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { AccessGuard, ProblemFilter, SchemaValidationPipe, systemClock, type Authenticate } from '#platform';
import type { ApiServices } from './api-services.js';
import { BacktestEventsController } from './backtests/backtest-events.controller.js';
import { BacktestResultsController } from './backtests/backtest-results.controller.js';
import { BacktestsController } from './backtests/backtests.controller.js';
import { CandlesController } from './candles/candles.controller.js';
import { CandleBackfillsController } from './backfills/candle-backfills.controller.js';
import { ExchangeController } from './exchange/exchange.controller.js';
import { PricesController } from './exchange/prices.controller.js';
import { HealthController } from './health/health.controller.js';
import { AccountsController } from './portfolios/accounts.controller.js';
import { KillSwitchController } from './portfolios/kill-switch.controller.js';
import { PlansController } from './portfolios/plans.controller.js';
import { PortfolioHistoryController } from './portfolios/portfolio-history.controller.js';
import { PortfolioStateController } from './portfolios/portfolio-state.controller.js';
import { PortfoliosController } from './portfolios/portfolios.controller.js';
import { API_PROBLEMS, translateFailure } from './problems.js';
import { TOKENS } from './tokens.js';

@Module({})
export class ApiModule {}

/** The HTTP face over services that were made before: deny by default, parse by schema, answer failures as problems. */
export function apiModule(services: ApiServices): DynamicModule {
  return {
    module: ApiModule,
    controllers: [
      HealthController, BacktestsController, BacktestEventsController, BacktestResultsController, CandlesController, CandleBackfillsController, ExchangeController,
      PricesController, PortfoliosController, PortfolioStateController, PortfolioHistoryController, PlansController, AccountsController, KillSwitchController,
    ],
    providers: [...portsOf(services), ...EVERYWHERE],
  };
}

const EVERYWHERE: readonly Provider[] = [
  {
    provide: APP_GUARD,
    inject: [Reflector, TOKENS.authenticate],
    useFactory: (reflector: Reflector, authenticate: Authenticate) => new AccessGuard(reflector, authenticate),
  },
  { provide: APP_PIPE, useFactory: () => new SchemaValidationPipe() },
  {
    provide: APP_FILTER,
    inject: [TOKENS.log],
    useFactory: (log: ApiServices['log']) => new ProblemFilter({ catalogue: API_PROBLEMS, log, translate: translateFailure }),
  },
];

function portsOf(services: ApiServices): readonly Provider[] {
  const { log, candles, venue, markets, prices, results, runs, health, eventStreams, authenticate, submitBacktest, runWatch, backfills, followedSeries, submitBackfill, trading } = services;
  const ports = { log, candles, venue, markets, prices, results, runs, health, eventStreams, authenticate, submitBacktest, runWatch, backfills, followedSeries, submitBackfill, trading };
  return Object.entries({ ...ports, clock: systemClock }).map(([name, useValue]) => ({ provide: TOKENS[name as keyof typeof TOKENS], useValue }));
}
