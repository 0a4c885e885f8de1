import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { dataFolder } from './paths.mjs';
import { UserError } from './processes.mjs';

const DEFAULT_PORT = 3000;
const DEFAULT_HOST = '127.0.0.1';
const MEXC_ORIGIN = 'https://api.mexc.com';
/** A day of prices passes each minute, so that a newcomer sees a rebalance within minutes. */
const DEFAULT_SIMULATOR_SPEED = 1_440;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** What `npm start` is told by the environment, and where it keeps things. */
export function readStartSettings(environment = process.env) {
  const data = dataFolder(environment);
  const inData = (name) => path.join(data, name);
  return {
    port: readPort(environment.PORT), host: environment.HOST || DEFAULT_HOST, data,
    ...readExchange(environment),
    simulatorSpeed: readSpeed(environment.REBALANCER_SIMULATOR_SPEED),
    exchangeKeys: readKeys(environment),
    wantsSample: readChoice('REBALANCER_SAMPLE', ['on', 'off'], environment) === 'on',
    databaseUrl: readSecret('DATABASE_URL', environment), redisUrl: readSecret('REDIS_URL', environment),
    logs: inData('logs'), placeFile: inData('supervisor.json'), runtimeFile: inData('runtime.json'),
    tokenFile: environment.ACCESS_TOKEN_FILE || inData('access-token'), haltFile: environment.HALT_FILE || inData('HALT'),
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

/** Which exchange, and where a simulator answers that was not started here; refused in the words of the apps, before anything runs. */
function readExchange(environment) {
  const exchange = readChoice('EXCHANGE', ['simulator', 'mexc'], environment);
  const text = environment.EXCHANGE_URL;
  if (text === undefined || text === '') return { exchange, exchangeUrl: undefined };
  if (!isOrigin(text)) throw new UserError('EXCHANGE_URL must be an address without a path, such as http://127.0.0.1:4010');
  const { origin, hostname } = new URL(text);
  if (exchange === 'mexc' && origin === MEXC_ORIGIN) return { exchange, exchangeUrl: undefined };
  if (exchange === 'mexc') throw new UserError(`EXCHANGE_URL must not be set with EXCHANGE=mexc: MEXC is reached at ${MEXC_ORIGIN} only`);
  const trusted = [...LOOPBACK, ...(environment.EXCHANGE_TRUSTED_HOSTS ?? '').split(',')];
  if (trusted.includes(hostname)) return { exchange, exchangeUrl: origin };
  throw new UserError(`EXCHANGE_URL names ${hostname}, which is not this machine: name it in EXCHANGE_TRUSTED_HOSTS too if a simulator of yours is there`);
}

/** Nothing but scheme, host and port: a path would be lost, and a password shown. */
function isOrigin(text) {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && pathname === '/';
}

function readSpeed(text) {
  if (text === undefined || text === '') return DEFAULT_SIMULATOR_SPEED;
  const speed = Number(text);
  if (/^\d{1,5}$/.test(text) && speed >= 1 && speed <= 10_000) return speed;
  throw new UserError(`REBALANCER_SIMULATOR_SPEED must be a whole number from 1 (as fast as the clock) to 10000, not ${JSON.stringify(text)}`);
}

/** The key that orders are signed with, for the executor alone; null: none was given. */
function readKeys(environment) {
  const [key, secret] = ['EXCHANGE_API_KEY', 'EXCHANGE_API_SECRET'].map((name) => readSecret(name, environment));
  if (key === undefined && secret === undefined) return null;
  if (key === undefined || secret === undefined) throw new UserError('EXCHANGE_API_KEY and EXCHANGE_API_SECRET (or their _FILE forms) belong together: set both or neither');
  return { key, secret };
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
