import { get as getEncrypted } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { createServer as createHttpServer } from 'node:http';
import { freePort, selfSignedCertificate, startScriptedVenue, type ScriptedVenue } from '#testing';
import { createHttpSend, type HttpExchange } from './http-send.js';

const send = createHttpSend();
const request = (url: string, change: object = {}): Promise<HttpExchange> =>
  send({ url, method: 'POST', headers: {}, timeoutMs: 5_000, isAlone: true, ...change });

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A port where somebody listens and does this with every connection. */
async function listening(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('what failed before there was a connection', () => {
  it('is proven not sent where nobody listens', async () => {
    const port = await freePort();
    expect(await request(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'not-sent', cause: expect.stringContaining('ECONNREFUSED') });
  });

  it('is proven not sent where the name is none', async () => {
    expect(await request('http://no-such-host.invalid/')).toMatchObject({ kind: 'not-sent' });
  });

  it('is proven not sent where TLS is not spoken', async () => {
    const port = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await request(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'not-sent' });
  });

  it('is proven not sent where the connection is reset during the handshake', async () => {
    const port = await listening((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await request(`https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'not-sent', cause: expect.stringMatching(/ECONNRESET/) });
  });

  it('is proven not sent where the handshake never ends', async () => {
    const port = await listening(() => {});
    expect(await request(`https://127.0.0.1:${port}/`, { timeoutMs: 200 })).toEqual({ kind: 'not-sent', cause: 'no answer within 200 ms' });
  });
});

/** Counts what it was sent over connections whose handshake ended on its side. */
async function encrypted(): Promise<{ port: number; cert: string; received: Buffer[]; closed: () => Promise<void> }> {
  const { key, cert } = selfSignedCertificate();
  const received: Buffer[] = [];
  const server = createTlsServer({ key, cert }, (socket) => {
    socket.on('error', () => {}).on('data', (bytes: Buffer) => {
      received.push(bytes);
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    });
  });
  server.on('tlsClientError', () => {});
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const closed = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));
  cleanups.push(() => void closed());
  return { port, cert, received, closed };
}

describe('a server whose certificate nobody vouches for', () => {
  it('is sent no byte', async () => {
    const { port, received, closed } = await encrypted();
    for (const isAlone of [true, false]) {
      const refused = { kind: 'not-sent', cause: expect.stringMatching(/SELF_SIGNED_CERT/) };
      expect(await request(`https://localhost:${port}/`, { isAlone, headers: { 'x-mexc-apikey': 'canary' } })).toMatchObject(refused);
    }
    await closed(); // Once all connections have ended, what was on its way has come.
    expect(received).toEqual([]);
  });

  it('would be sent the request by somebody who trusts it', async () => {
    const { port, cert, received } = await encrypted();
    const status = await new Promise((resolve, reject) => {
      getEncrypted(`https://localhost:${port}/`, { ca: cert, agent: false, family: 4 }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
    expect(Buffer.concat(received).toString()).toMatch(/^GET \/ HTTP/);
  });
});

it('a request that Node refuses to make is not sent: a key with a line break', async () => {
  const cause = expect.stringContaining('X-MEXC-APIKEY') as unknown;
  expect(await request('http://127.0.0.1:1/', { headers: { 'X-MEXC-APIKEY': 'mx0key\n' } })).toEqual({ kind: 'not-sent', cause });
});

describe('what failed afterwards', () => {
  let venue: ScriptedVenue;
  beforeEach(async () => {
    venue = await startScriptedVenue();
  });
  afterEach(() => venue.stop());

  it.each([
    ['a reset', { reset: true }, 'ECONNRESET'],
    ['a body cut short', { json: { orderId: 'C02__385413065019117569043' }, cutAfter: 10 }, 'ECONNRESET'],
    ['no answer in time', { hang: true }, 'no answer within 300 ms'],
  ] as const)('is lost, not unsent: %s', async (_name, script, cause) => {
    venue.answer('POST /x', script);
    expect(await request(`${venue.origin}/x`, { timeoutMs: 300 })).toMatchObject({ kind: 'lost', cause: expect.stringContaining(cause) });
    expect(venue.requests).toHaveLength(1);
  });

  it('is lost where the connection is reset at the first byte', async () => {
    const port = await listening((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await request(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'lost' });
  });

  it.each([
    ['a body in chunks is cut', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n'],
    ['headers are endless', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\ncontent-length: 2\r\n\r\n{}`],
    ['two lengths are told', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x'],
    ['something else than HTTP is spoken', 'SSH-2.0-nobody\r\n'],
    ['another protocol is offered', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['nothing but hints come', 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'],
  ])('is lost where %s', async (_name, bytes) => {
    const port = await listening((socket) => socket.once('data', () => socket.end(bytes)));
    expect(await request(`http://127.0.0.1:${port}/`, { timeoutMs: 500 })).toMatchObject({ kind: 'lost' });
  });

  it('is lost where a connection that was kept is used again and gone', async () => {
    const kept = createHttpSend();
    const read = { url: `${venue.origin}/x`, method: 'GET', headers: {}, timeoutMs: 5_000, isAlone: false };
    venue.answer('GET /x', { json: 1 });
    expect(await kept(read)).toMatchObject({ kind: 'answered', status: 200, body: '1' });
    venue.next('GET /x', { reset: true });
    expect(await kept(read)).toMatchObject({ kind: 'lost' });
  });
});

describe('an answer', () => {
  it('is given as it came, a redirect too, which is not followed', async () => {
    const venue = await startScriptedVenue();
    venue.answer('POST /x', { status: 302, headers: { location: `${venue.origin}/elsewhere`, 'retry-after': '7' }, text: 'gone' });
    expect(await request(`${venue.origin}/x`)).toEqual({ kind: 'answered', status: 302, retryAfter: '7', body: 'gone' });
    expect(venue.to('POST /elsewhere')).toHaveLength(0);
    await venue.stop();
  });

  it('is unpacked, and given up where it is larger than any can be', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const server = createHttpServer((incoming, response) => {
      if (incoming.url === '/flood') response.end(Buffer.alloc(17 * 1024 * 1024));
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(incoming.url === '/bomb' ? bomb : gzipSync('{"a":1}'));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    cleanups.push(() => void server.close());
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await request(`${origin}/`)).toMatchObject({ kind: 'answered', body: '{"a":1}' });
    expect(await request(`${origin}/bomb`)).toMatchObject({ kind: 'lost' });
    expect(await request(`${origin}/flood`)).toEqual({ kind: 'lost', cause: 'the answer is larger than 16777216 bytes' });
  });
});
