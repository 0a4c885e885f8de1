import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { workerConnection, type WorkerSettings } from '#messaging';
import { BacktestRunProcessor, backtestRunProcessor, type ProcessorParts } from './backtest-run.processor.js';

@Module({})
export class BacktestRunnerModule {
  /** A worker on the queue `backtest-run`, and nothing else. */
  static over(parts: ProcessorParts, settings: WorkerSettings): DynamicModule {
    const processor = backtestRunProcessor(settings);
    return {
      module: BacktestRunnerModule,
      // No queue is registered, since a worker adds no jobs; but without this call nothing looks for processors.
      imports: [BullModule.forRoot({ connection: workerConnection(settings.redisUrl) }), BullModule.registerQueue()],
      providers: [{ provide: BacktestRunProcessor, inject: [], useFactory: () => new processor(parts) }],
    };
  }
}
