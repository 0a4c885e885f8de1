import type { CliContext } from '../context.js';
import { readToken } from '../settings/settings.js';
import { ApiClient } from './api-client.js';
import { BacktestsApi } from './backtests-api.js';
import { ExchangeApi } from './exchange-api.js';
import { PortfoliosApi } from './portfolios-api.js';

/** The API of this invocation. The token is read with the first call, so a missing one fails as what it is. */
export function openApiClient({ settings }: CliContext): ApiClient {
  return new ApiClient(settings.api, () => readToken(settings));
}

export const openBacktestsApi = (context: CliContext): BacktestsApi => new BacktestsApi(openApiClient(context));

export const openExchangeApi = (context: CliContext): ExchangeApi => new ExchangeApi(openApiClient(context));

export const openPortfoliosApi = (context: CliContext): PortfoliosApi => new PortfoliosApi(openApiClient(context));
