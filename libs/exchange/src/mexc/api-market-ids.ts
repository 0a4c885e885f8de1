import { VenueFailure } from '#application';
import { isRecord } from './mexc-answer.js';
import type { MexcReader } from './mexc-reader.js';
import { marketIdsSchema } from './venue-schemas.js';

/** A list of markets open to the API, `{ code: 200, data: [...] }`; null where the venue has none to give. */
export async function readApiMarketIds(reader: MexcReader, endpoint: 'defaultSymbols' | 'selfSymbols'): Promise<ReadonlySet<string> | null> {
  try {
    return await reader.read({
      endpoint,
      about: 'the markets open to the API',
      parse: (json) => (hasNoList(json) ? null : new Set(marketIdsSchema.parse(json).data)),
    });
  } catch (error) {
    if (error instanceof VenueFailure && error.details.httpStatus === 404) return null;
    throw error;
  }
}

function hasNoList(json: unknown): boolean {
  return isRecord(json) && (json['data'] === undefined || json['data'] === null);
}
