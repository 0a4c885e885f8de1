import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createServer } from 'node:tls';
import { repositoryFolder, selfSignedCertificate, startHeldProcess } from '#testing';

// Row 52: somebody else answers in the venue's place. Node reads its settings about certificates from the real environment,
// which a test within jest cannot change; so a process of its own sends.
it.each(['1', '0'])('no order goes to a server that nobody vouches for, with NODE_TLS_REJECT_UNAUTHORIZED=%s', async (wish) => {
  const received: Buffer[] = [];
  const server = createServer(selfSignedCertificate(), (socket) => socket.on('error', () => {}).on('data', (bytes: Buffer) => received.push(bytes)));
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const script = path.join(repositoryFolder(), 'test/integration/exchange/order-sender.mjs');
  const sender = await startHeldProcess('order-sender', {
    command: process.execPath, args: ['--no-warnings', script, `https://localhost:${(server.address() as AddressInfo).port}`],
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: wish },
  });
  expect(await sender.exited).toMatchObject({ code: 0 });
  await new Promise((resolve) => void server.close(resolve)); // Once all connections have ended, what was on its way has come.
  const refusal = { proof: 'not-sent', isRetryable: true, message: expect.stringContaining('SELF_SIGNED_CERT') };
  expect(JSON.parse(sender.output())).toMatchObject({ kind: 'refused', refusal });
  expect(received).toEqual([]);
});
