import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { processIdentity, UserError } from './processes.mjs';

/**
 * One supervisor a data folder: a file with its pid and start time, made by nobody but the first. A file whose process is
 * gone counts for nothing. Returns the function that gives the place up.
 */
export function takePlace(file) {
  const record = JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (isWritten(file, record)) return () => rmSync(file, { force: true });
    const holder = readHolder(file);
    if (holder !== undefined) throw new UserError(`Already running here as process ${holder.pid}: stop it by \`kill ${holder.pid}\` or Ctrl-C first`);
    rmSync(file, { force: true });
  }
  throw new UserError(`${file} could not be taken: another start is under way`);
}

function isWritten(file, record) {
  try {
    writeFileSync(file, record, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file) {
  try {
    const { pid, identity } = JSON.parse(readFileSync(file, 'utf8'));
    return identity !== undefined && processIdentity(pid) === identity ? { pid } : undefined;
  } catch {
    return undefined;
  }
}
