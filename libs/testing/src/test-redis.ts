import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { freePort } from './free-port.js';
import { startHeldProcess, type HeldProcess, type ProcessEnd } from './held-process.js';
import { providedByTestCommand } from './repository.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

const START_TIMEOUT_MS = 20_000;
const REPLY_TIMEOUT_MS = 2_000;

export interface TestRedis {
  /** With its password, as in production: a client that drops it is found out. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<ProcessEnd>;
  /** FLUSHALL, as if somebody emptied it. */
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface TestRedisOptions {
  /** To start again at the address of one that was stopped. */
  readonly port?: number;
  readonly password?: string;
}

/** A Redis server process of its own, empty, on a free loopback port; call `stop` when done. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const command = providedByTestCommand('TEST_REDIS_SERVER');
  const folder = await temporaryFolder();
  const port = options.port ?? (await freePort());
  const password = options.password ?? randomBytes(12).toString('hex');
  const input = `port ${port}\nbind 127.0.0.1\ndir ${folder.path}\nrequirepass ${password}\nsave ""\nmaxmemory-policy noeviction\n`;
  const held = await startHeldProcess('test-redis', { command, args: ['-'], input, graceMs: 3_000 });
  const redis = asTestRedis(held, folder, port, password);
  await untilServing(held, redis, port, password);
  return redis;
}

function asTestRedis(held: HeldProcess, folder: TemporaryFolder, port: number, password: string): TestRedis {
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    pid: held.pid,
    exited: held.exited,
    flush: async () => {
      const reply = await ask(port, password, 'FLUSHALL');
      if (!reply.endsWith('+OK\r\n')) throw new Error(`FLUSHALL was answered by ${reply}`);
    },
    stop: async () => {
      await held.stop();
      await folder.remove();
    },
  };
}

async function untilServing(held: HeldProcess, redis: TestRedis, port: number, password: string): Promise<void> {
  const state = { isRunning: true };
  void held.exited.then(() => (state.isRunning = false));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (state.isRunning && performance.now() < deadline) {
    const reply = await ask(port, password, 'PING').catch(() => '');
    if (reply.endsWith('+PONG\r\n')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await redis.stop();
  throw new Error(`the test Redis did not start:\n${held.output()}`);
}

/** Sends one command after logging in; resolves with both raw replies. */
function ask(port: number, password: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\n${command}\r\n`));
    let reply = '';
    socket.on('data', (chunk) => {
      reply += chunk.toString('utf8');
      if (reply.split('\r\n').length <= 2) return;
      socket.destroy();
      resolve(reply);
    });
    socket.setTimeout(REPLY_TIMEOUT_MS, () => socket.destroy(new Error(`no answer to ${command}`)));
    socket.once('error', reject);
  });
}
