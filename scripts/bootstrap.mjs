/** Makes a bare clone ready to build: dependencies and a Redis server. Node built-ins only. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './paths.mjs';
import { printLine, runToEnd, UserError } from './processes.mjs';
import { ensureRedisServer } from './redis-server.mjs';

const STAMP = path.join(REPOSITORY, 'node_modules', '.rebalancer-lock-hash');
const UPDATE = ['install', '--no-save'];
const OLDEST_NODE = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new UserError(`Node ${OLDEST_NODE.join('.')} or newer is needed, this is ${version}: https://nodejs.org/en/download`);
}

/** Installs when node_modules is missing or was made from another lock. */
export async function ensureDependencies() {
  const lockHash = hashOf(path.join(REPOSITORY, 'package-lock.json'));
  if (readStamp() === lockHash) return;
  printLine('Installing dependencies (once, about a minute)');
  await install();
  writeFileSync(STAMP, lockHash);
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

async function install() {
  // An install of ours that is only out of date is brought up to date, which is quicker and does not pull it away from
  // what runs on it; anything else is made anew.
  if (readStamp() !== undefined && (await npm(UPDATE)).code === 0) return;
  const clean = await npm(['ci']);
  if (clean.code === 0) return;
  // A lock made where the registry lacks other platforms' packages is refused by `npm ci`, but read well by `npm install`.
  const isLockRefused = /EUSAGE|can only install packages when your package/.test(clean.output);
  const outcome = isLockRefused ? await npm(UPDATE) : clean;
  if (outcome.code === 0) return;
  const lines = outcome.output.trim().split('\n').slice(-15);
  throw new UserError(`Dependencies could not be installed; npm said:\n${lines.join('\n')}`);
}

function npm(args) {
  const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  return runToEnd('npm', [...args, ...flags], { cwd: REPOSITORY });
}

/** Everything a fresh clone lacks. Resolves { redisServerPath }, undefined when a Redis is given by its address. */
export async function bootstrap({ needsRedisServer = true } = {}) {
  checkNode();
  await ensureDependencies();
  return { redisServerPath: needsRedisServer ? await ensureRedisServer() : undefined };
}

/** Runs a command's main function; what a user did wrong is one line, what we did wrong has its stack. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : (error.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(() => bootstrap({ needsRedisServer: !process.env.REDIS_URL }));
}
