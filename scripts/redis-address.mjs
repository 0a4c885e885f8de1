import net from 'node:net';
import { printLine, UserError } from './processes.mjs';

const PROBE_TIMEOUT_MS = 2_000;

/**
 * Throws a UserError for a REDIS_URL that can never work: no address, or one whose server refuses the login. A server that
 * cannot be reached is only told of: runs are accepted and wait for it.
 */
export async function assertRedisUsable(url) {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.protocol === 'rediss:') return; // The apps will tell; a probe would need TLS.
  if (address?.protocol !== 'redis:' || address.hostname === '') throw new UserError('REDIS_URL is not an address of the form redis://:password@host:port');
  const reply = await firstReply(address);
  if (reply === undefined) printLine(`Redis at ${address.host} (REDIS_URL) does not answer: runs are accepted, and wait until it does`);
  // A server that still loads its file says so whoever asks.
  else if (reply.startsWith('-') && !reply.startsWith('-LOADING')) throw new UserError(`Redis at ${address.host} refuses the login of REDIS_URL: ${reply.slice(1)}`);
}

/** The first line that the server answers to the address' login, or to a PING where it has none; undefined without an answer. */
function firstReply({ hostname, port, username, password }) {
  const login = password === '' ? ['PING'] : ['AUTH', ...(username === '' ? [] : [username]), password].map(decodeURIComponent);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port || 6379), hostname.replace(/^\[|\]$/g, ''), () => socket.write(asCommand(login)));
    const settle = (reply) => {
      socket.destroy();
      resolve(reply);
    };
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) settle(text.split(/\r?\n/, 1)[0]);
    });
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(undefined));
    for (const event of ['error', 'close']) socket.once(event, () => settle(undefined));
  });
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec/: an array of bulk strings. */
function asCommand(words) {
  return [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word])].join('\r\n') + '\r\n';
}
