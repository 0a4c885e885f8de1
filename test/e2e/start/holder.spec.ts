import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder, temporaryFolder, type TemporaryFolder } from '#testing';
import { descendantsOf, endsOf } from './process-table.js';

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

function startHolder(options: Readonly<Record<string, unknown>>): ChildProcess {
  const holder = spawn(process.execPath, [path.join(repositoryFolder(), 'scripts', 'holder.mjs')], { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
  holder.stdin?.write(`${JSON.stringify({ command: process.execPath, env: process.env, ...options })}\n`);
  return holder;
}

/** Resolves once the held command has printed something. */
function firstOutput(holder: ChildProcess): Promise<string> {
  return new Promise((resolve) => holder.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8'))));
}

function pidsBelow(holder: ChildProcess): readonly number[] {
  return descendantsOf(holder.pid ?? 0).map(({ pid }) => pid);
}

const STUBBORN = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1e6); console.log('here')";
const WITH_CHILD = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}], { stdio: 'inherit' }); setInterval(() => undefined, 1e6)`;

it('kills a command that ignores SIGTERM, and its children, after the grace time when the starter is gone', async () => {
  const holder = startHolder({ args: ['-e', WITH_CHILD], graceMs: 300 });
  expect(await firstOutput(holder)).toBe('here\n');
  const pids = pidsBelow(holder);
  expect(pids).toHaveLength(2);
  holder.stdin?.destroy();
  await endsOf(pids, 5_000);
});

it('takes the command with it when told by SIGTERM', async () => {
  const holder = startHolder({ args: ['-e', STUBBORN], graceMs: 200 });
  await firstOutput(holder);
  const pids = pidsBelow(holder);
  holder.kill('SIGTERM');
  await endsOf([...pids, holder.pid ?? 0], 5_000);
});

describe('the log of a held command', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => folder.remove());

  it('is kept to ten megabytes, with one older file beside it', async () => {
    const logFile = path.join(folder.path, 'app.log');
    // 25 MB in lines of 1,000 characters; the last line tells that the end was kept.
    const args = ['-e', "for (let i = 0; i < 25_000; i += 1) require('node:fs').writeSync(1, 'x'.repeat(999) + '\\n'); console.log('the end')"];
    const holder = startHolder({ args, logFile });
    await new Promise((resolve) => holder.once('close', resolve));
    expect(statSync(logFile).size).toBeLessThanOrEqual(LOG_LIMIT_BYTES);
    expect(statSync(`${logFile}.1`).size).toBeLessThanOrEqual(LOG_LIMIT_BYTES);
    expect(readFileSync(logFile, 'utf8').endsWith('the end\n')).toBe(true);
    expect(existsSync(`${logFile}.2`)).toBe(false);
  });

  it('starts nothing when the log cannot be kept', async () => {
    const holder = startHolder({ args: ['-e', STUBBORN], logFile: path.join(folder.path, 'absent', 'app.log') });
    await new Promise((resolve) => holder.once('close', resolve));
    expect(holder.exitCode).not.toBe(0);
    expect(pidsBelow(holder)).toEqual([]);
  });
});
