import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { LimitedExpressAdapter, NestLogger, type ServerLimits } from '#platform';
import { apiModule } from './api.module.js';
import type { ApiServices } from './api-services.js';
import { BOARD_PATH, createQueueBoard } from './board/queue-board.js';
import { createApiDocument } from './docs/api-document.js';
import { useHttpStack } from './http-stack.js';
import { API_LIMITS } from './limits.js';
import { createResultPages, RESULTS_PATH } from './results/result-pages.js';

/** The application over its services, wired and not yet listening. */
export async function createApiApp(services: ApiServices, limits: ServerLimits = API_LIMITS.server): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(apiModule(services), new LimitedExpressAdapter(limits), {
    logger: new NestLogger(services.log),
    bodyParser: false,
    abortOnError: false,
  });
  useHttpStack(app, services.log);
  const { queues, runs, results, authenticate } = services;
  // Before Nest's own routes: a board that is mounted later would stand behind the answer for unknown addresses.
  app.use(BOARD_PATH, createQueueBoard({ queues: queues.queues, isRedisReady: () => queues.isReady, authenticate }));
  app.use(RESULTS_PATH, createResultPages({ runs, results, authenticate }));
  SwaggerModule.setup('docs', app, () => createApiDocument(app, services.version), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Rebalancer API',
  });
  await app.init();
  return app;
}

/** Begins to serve. @throws an error whose `code` is EADDRINUSE where the port is taken. */
export async function listen(app: NestExpressApplication, port: number, host: string): Promise<number> {
  await app.listen(port, host);
  return (app.getHttpServer().address() as AddressInfo).port;
}
