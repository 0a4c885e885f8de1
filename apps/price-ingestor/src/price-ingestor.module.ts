import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { workerConnection, type WorkerSettings } from '#messaging';
import { CandleBackfillProcessor, candleBackfillProcessor, type BackfillProcessorParts } from './candle-backfill.processor.js';

@Module({})
export class PriceIngestorModule {
  /** A worker on the queue `candle-backfill`, and nothing else. */
  static over(parts: BackfillProcessorParts, settings: WorkerSettings): DynamicModule {
    const processor = candleBackfillProcessor(settings);
    return {
      module: PriceIngestorModule,
      // No queue is registered, since a worker adds no jobs; but without this call nothing looks for processors.
      imports: [BullModule.forRoot({ connection: workerConnection(settings.redisUrl) }), BullModule.registerQueue()],
      providers: [{ provide: CandleBackfillProcessor, inject: [], useFactory: () => new processor(parts) }],
    };
  }
}
