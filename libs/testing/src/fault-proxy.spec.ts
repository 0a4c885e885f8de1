import net, { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { startFaultProxy } from './fault-proxy.js';

async function echoServer() {
  const heard: string[] = [];
  const server = net.createServer((socket) => {
    socket.on('data', (data) => heard.push(data.toString()));
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, heard, url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('passes all on later, in its order, while it is slow', async () => {
  const echo = await echoServer();
  const proxy = await startFaultProxy(echo.url);
  proxy.set({ delayMs: 150 });
  const socket = net.connect(proxy.port, '127.0.0.1');
  const startedMs = performance.now();
  socket.write('one');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('one');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(298);
  socket.destroy();
  await proxy.close();
  echo.server.close();
});

it('cuts one connection right after the words that it was told, which arrive, and no other', async () => {
  const echo = await echoServer();
  const proxy = await startFaultProxy(echo.url);
  const cut = proxy.cutAfter('COMMIT');
  const [first, second] = [net.connect(proxy.port, '127.0.0.1'), net.connect(proxy.port, '127.0.0.1')];
  let answers = 0;
  first.on('data', () => (answers += 1)).on('error', () => undefined);
  const closed = new Promise((resolve) => first.once('close', resolve));
  first.write('please COMMIT');
  await Promise.all([cut, closed]);
  expect([answers, echo.heard]).toEqual([0, ['please COMMIT']]);
  second.write('COMMIT again');
  const [answer] = (await once(second, 'data')) as [Buffer];
  expect(answer.toString()).toBe('COMMIT again');
  second.destroy();
  await proxy.close();
  echo.server.close();
});

it('passes, falls silent, and refuses', async () => {
  const echo = net.createServer((socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const proxy = await startFaultProxy(`tcp://127.0.0.1:${(echo.address() as AddressInfo).port}`);

  const socket = net.connect(proxy.port, '127.0.0.1');
  socket.on('error', () => undefined); // The reset below.
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('hello');

  proxy.set('blackhole');
  let heard = 0;
  socket.on('data', () => (heard += 1));
  socket.write('anybody?');
  const second = net.connect(proxy.port, '127.0.0.1');
  second.on('error', () => undefined);
  await once(second, 'connect');
  expect(heard).toBe(0);

  // Not events.once: it would take the error that comes first for its own.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  proxy.set('refuse');
  await closed;
  const third = net.connect(proxy.port, '127.0.0.1');
  const [error] = (await once(third, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  await proxy.close();
  echo.close();
});
