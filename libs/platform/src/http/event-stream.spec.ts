import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { EventStreams, type EventStream } from './event-stream.js';

let server: Server;
let streams: EventStreams;
let started: EventStream | null;
let answer: ServerResponse;

beforeEach(async () => {
  streams = new EventStreams({ streams: 2, heartbeatMs: 20 });
  const app = express();
  app.get('/', (request, response) => {
    answer = response;
    started = streams.start(request, response);
    if (started === null) response.status(429).end();
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => void server.once('listening', resolve));
});

afterEach(async () => {
  streams.closeAll();
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
});

function open(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false }, resolve).on('error', reject);
  });
}

async function textUntil(response: IncomingMessage, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (pattern.test(text)) break;
  }
  return text;
}

it('sends events in the form of the standard, and comments in the silence', async () => {
  const response = await open();
  await started?.send({ id: '7', type: 'run.done', data: '{"a":1}' });
  const text = await textUntil(response, /(?:: still here\n\n.*){2}/su);
  expect(text.startsWith('event: run.done\nid: 7\ndata: {"a":1}\n\n')).toBe(true);
});

it('takes no more than its number, and none once it closes', async () => {
  const [first] = await Promise.all([open(), open()]);
  expect(streams.size).toBe(2);
  expect((await open()).statusCode).toBe(429);
  const ended = new Promise<void>((resolve) => void first.resume().once('end', resolve));
  streams.closeAll();
  await ended;
  expect(streams.size).toBe(0);
  expect((await open()).statusCode).toBe(429);
});

it('is over when the client has gone, and sending is then nothing', async () => {
  const response = await open();
  const closed = new Promise<void>((resolve) => started?.onClose(resolve));
  response.destroy();
  await closed;
  expect(started?.isOpen).toBe(false);
  expect(streams.size).toBe(0);
  await started?.send({ id: '1', type: 'late', data: '' });
});

/** Sends so much, one after the other, that no buffer of the system's takes it all. */
async function sendMany(stream: EventStream, beforeEachOne: () => void): Promise<void> {
  const data = 'x'.repeat(1_000_000);
  for (let id = 1; id <= 40; id++) {
    beforeEachOne();
    await stream.send({ id: String(id), type: 'big', data });
  }
}

it('makes who sends wait until the client has taken what was sent before', async () => {
  const client = await open();
  const waiting: number[] = [];
  const sent = sendMany(started!, () => waiting.push(answer.writableLength)).then(() => started?.end());
  const chunks: Buffer[] = [];
  for await (const chunk of client) chunks.push(chunk as Buffer);
  await sent;
  expect(Buffer.concat(chunks).toString().match(/^id: /gmu)).toHaveLength(40);
  expect(Math.max(...waiting)).toBeLessThan(answer.writableHighWaterMark);
});

it('lets who waits for a client go when the stream ends', async () => {
  await open(); // Never read: the first of the events already waits for its reader.
  const sent = sendMany(started!, () => undefined);
  expect(answer.writableNeedDrain).toBe(true);
  started?.end();
  await sent;
});
