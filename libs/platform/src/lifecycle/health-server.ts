import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Names of what is not ready now; an empty list means ready. Must answer within a second or two. */
export type ReadinessCheck = () => Promise<readonly string[]>;

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `/livez` and `/readyz` for a process that serves nothing else. Port 0 takes a free one. `facts` are told beside the readiness. */
export async function startHealthServer(
  { host, port }: { readonly host: string; readonly port: number }, unready: ReadinessCheck, facts: Readonly<Record<string, unknown>> = {},
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    if (request.url === '/livez') return answer(response, 200, { status: 'ok' });
    if (request.url !== '/readyz') return answer(response, 404, { status: 'unknown address' });
    unready().then(
      (missing) => answer(response, missing.length === 0 ? 200 : 503, { status: missing.length === 0 ? 'ok' : 'unready', missing, ...facts }),
      () => answer(response, 503, { status: 'unready', missing: ['readiness check'], ...facts }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

/** For a `ReadinessCheck`: the names of those that rejected. */
export async function namesOfRejected(checks: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(Object.values(checks));
  return Object.keys(checks).filter((_, index) => outcomes[index]?.status === 'rejected');
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
