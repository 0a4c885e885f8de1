import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { dataFolder } from './paths.mjs';
import { UserError } from './processes.mjs';

const DEFAULT_PORT = 3000;
const DEFAULT_HOST = '127.0.0.1';

/** What `npm start` is told by the environment, and where it keeps things. */
export function readStartSettings(environment = process.env) {
  const data = dataFolder(environment);
  const inData = (name) => path.join(data, name);
  return {
    port: readPort(environment.PORT), host: environment.HOST || DEFAULT_HOST, data,
    exchange: readChoice('EXCHANGE', ['simulator', 'mexc'], environment), exchangeUrl: readExchangeUrl(environment.EXCHANGE_URL),
    wantsSample: readChoice('REBALANCER_SAMPLE', ['on', 'off'], environment) === 'on',
    databaseUrl: readSecret('DATABASE_URL', environment), redisUrl: readSecret('REDIS_URL', environment),
    logs: inData('logs'), placeFile: inData('supervisor.json'), runtimeFile: inData('runtime.json'),
    tokenFile: environment.ACCESS_TOKEN_FILE || inData('access-token'),
  };
}

/** NAME, or the content of the file that NAME_FILE names, as the apps read them. */
function readSecret(name, environment) {
  const file = environment[`${name}_FILE`];
  if (environment[name] || !file) return environment[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UserError(`${name}_FILE names ${file}, which cannot be read (${error.code})`);
  }
}

/** One of the words, in any case of its letters; the first where nothing is said. */
function readChoice(name, words, environment) {
  const text = environment[name];
  if (text === undefined || text === '') return words[0];
  const word = text.toLowerCase();
  if (words.includes(word)) return word;
  throw new UserError(`${name} must be ${words.join(' or ')}, not ${JSON.stringify(text)}`);
}

/** Where a simulator answers that was not started here. */
function readExchangeUrl(text) {
  if (text === undefined || text === '') return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UserError(`EXCHANGE_URL must be an address such as http://127.0.0.1:4010, not ${JSON.stringify(text)}`);
}

function readPort(text) {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UserError(`PORT must be a whole number from 1 to 65535, not ${JSON.stringify(text)}`);
}

/** Where this machine itself reaches the api. */
export function apiUrlOf({ host, port }) {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

export async function assertPortFree({ host, port }) {
  const server = net.createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UserError(portMessage(error, host, port));
  }
  server.close();
  await once(server, 'close');
}

function portMessage(error, host, port) {
  if (error.code === 'EADDRINUSE') return `PORT ${port} is taken on ${host}: set PORT to a free one, as in \`PORT=${port + 1} npm start\``;
  if (error.code === 'EACCES') return `PORT ${port} may not be opened by this user: set PORT to one above 1023`;
  return `HOST ${host} with PORT ${port} cannot be listened on: ${error.message}`;
}
