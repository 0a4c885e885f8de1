import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { ensureFirstToken, type VenueName } from '#application';
import { createLogger, type ServerLimits } from '#platform';
import { createDataSource, runMigrations } from '#persistence';
import { createTestDatabase, freePort, startTestRedis, type TestDatabase, type TestRedis } from '#testing';
import { createApiApp } from '../../../apps/api/src/api-app.js';
import { createApiServices, type ApiServices } from '../../../apps/api/src/api-services.js';

/** The api in this process, over a database and a Redis of its own. */
export interface ApiFixture {
  readonly base: string;
  readonly token: string;
  readonly services: ApiServices;
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly redis: TestRedis | null;
  /** All that was logged so far. */
  readonly logged: () => string;
  readonly get: (path: string) => request.Test;
  readonly post: (path: string, body?: unknown) => request.Test;
  readonly delete: (path: string) => request.Test;
  /** Without the token. */
  readonly anonymous: () => ReturnType<typeof request>;
  readonly stop: () => Promise<void>;
}

export interface FixtureOptions {
  /** Without Redis its address leads nowhere. */
  readonly withRedis?: boolean;
  /** Where a Redis will be later. */
  readonly redisUrl?: string;
  /** Left out: the simulator. */
  readonly venue?: VenueName;
  readonly serverLimits?: ServerLimits;
  /** To reach the database by another way: a proxy. */
  readonly databaseUrlBy?: (url: string) => Promise<string>;
}

export async function startApi(options: FixtureOptions = {}): Promise<ApiFixture> {
  const database = await createTestDatabase();
  await migrate(database.url);
  const redis = options.withRedis === false ? null : await startTestRedis();
  const redisUrl = redis?.url ?? options.redisUrl ?? `redis://127.0.0.1:${await freePort()}`;
  const databaseUrl = (await options.databaseUrlBy?.(database.url)) ?? database.url;
  const { log, logged } = memoryLog();
  const configuration = { databaseUrl, redisUrl, port: 3000, host: '127.0.0.1', accessTokenFile: null, venue: options.venue ?? ('SIMULATOR' as const), money: 'play money' as const, logLevel: 'debug' as const };
  const services = await createApiServices(configuration, { version: '0.0.0', codeVersion: 'test' }, log);
  let token = '';
  await ensureFirstToken(services.tokens, async (made) => void (token = made));
  const app = await createApiApp(services, options.serverLimits);
  await app.listen(0, '127.0.0.1');
  const base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  const withToken = (test: request.Test): request.Test => test.set('authorization', `Bearer ${token}`);
  return {
    base, token, services, app, database, redis, logged,
    get: (path) => withToken(request(base).get(path)),
    post: (path, body) => (body === undefined ? withToken(request(base).post(path)) : withToken(request(base).post(path)).send(body as object)),
    delete: (path) => withToken(request(base).delete(path)),
    anonymous: () => request(base),
    stop: async () => {
      services.eventStreams.closeAll();
      await app.close();
      await services.stop();
      await redis?.stop();
      await database.drop();
    },
  };
}

async function migrate(url: string): Promise<void> {
  const dataSource = await createDataSource({ url, poolSize: 2, applicationName: 'api-e2e' }).initialize();
  await runMigrations(dataSource);
  await dataSource.destroy();
}

function memoryLog() {
  let text = '';
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString('utf8');
      done();
    },
  });
  return { log: createLogger({ name: 'api', level: 'debug', destination }), logged: () => text };
}

/** What a problem document must look like; `code` is what the test is about. */
export const aProblem = (status: number, code: string) => ({
  status, code, type: `urn:rebalancer:problem:${code}`, title: expect.any(String), detail: expect.any(String), requestId: expect.any(String),
});
