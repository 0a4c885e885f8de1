import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

export interface ServerLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly keepAliveMs: number;
  /** How often clients that are too slow are looked for; Node's own 30 s would make every other limit a lower bound. */
  readonly checkEveryMs: number;
  readonly headerBytes: number;
  readonly connections: number;
}

/** Express behind a server on which slow or idle clients hold nothing for long. */
export class LimitedExpressAdapter extends ExpressAdapter {
  constructor(private readonly limits: ServerLimits) {
    super();
  }

  override initHttpServer(): void {
    const { headersMs, requestMs, keepAliveMs, checkEveryMs, headerBytes, connections } = this.limits;
    const options = {
      headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs, connectionsCheckingInterval: checkEveryMs, maxHeaderSize: headerBytes,
    };
    const server = createServer(options, this.getInstance());
    server.maxConnections = connections;
    this.setHttpServer(server);
  }
}
