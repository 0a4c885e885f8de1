import net, { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { startFaultProxy } from './fault-proxy.js';

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
