import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { workerConnection, type WorkerSettings } from '#messaging';
import { PortfolioEvaluateProcessor, portfolioEvaluateProcessor, type EvaluateProcessorParts } from './portfolio-evaluate.processor.js';

@Module({})
export class StrategyEvaluatorModule {
  /** A worker on the queue `portfolio-evaluate`, and nothing else. */
  static over(parts: EvaluateProcessorParts, settings: WorkerSettings): DynamicModule {
    const processor = portfolioEvaluateProcessor(settings);
    return {
      module: StrategyEvaluatorModule,
      // No queue is registered, since a worker adds no jobs; but without this call nothing looks for processors.
      imports: [BullModule.forRoot({ connection: workerConnection(settings.redisUrl) }), BullModule.registerQueue()],
      providers: [{ provide: PortfolioEvaluateProcessor, inject: [], useFactory: () => new processor(parts) }],
    };
  }
}
