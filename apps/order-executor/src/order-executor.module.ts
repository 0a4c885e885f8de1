import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { workerConnection, type WorkerSettings } from '#messaging';
import { AccountReconcileProcessor, accountReconcileProcessor, type AccountReconcileProcessorParts } from './account-reconcile.processor.js';
import { OrderAdvanceProcessor, orderAdvanceProcessor, type OrderAdvanceProcessorParts } from './order-advance.processor.js';
import { PlanAdvanceProcessor, planAdvanceProcessor, type PlanAdvanceProcessorParts } from './plan-advance.processor.js';

export type ExecutorProcessorParts = PlanAdvanceProcessorParts & OrderAdvanceProcessorParts & AccountReconcileProcessorParts;

@Module({})
export class OrderExecutorModule {
  /** Workers on the queues of plans, orders and reconciliations, and nothing else. */
  static over(parts: ExecutorProcessorParts, settings: WorkerSettings): DynamicModule {
    const [plans, orders, reconciliations] = [planAdvanceProcessor(settings), orderAdvanceProcessor(settings), accountReconcileProcessor(settings)];
    return {
      module: OrderExecutorModule,
      // No queue is registered, since a worker adds no jobs; but without this call nothing looks for processors.
      imports: [BullModule.forRoot({ connection: workerConnection(settings.redisUrl) }), BullModule.registerQueue()],
      providers: [
        { provide: PlanAdvanceProcessor, inject: [], useFactory: () => new plans(parts) },
        { provide: OrderAdvanceProcessor, inject: [], useFactory: () => new orders(parts) },
        { provide: AccountReconcileProcessor, inject: [], useFactory: () => new reconciliations(parts) },
      ],
    };
  }
}
