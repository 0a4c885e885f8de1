import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface BenchProcess {
  readonly pid: number;
  /** Everything on its stdout so far. */
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

interface ProcessWish {
  readonly app: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** What it prints once it serves. */
  readonly ready: string;
}

const OUTPUT_LIMIT = 100_000;

/** An app as a process of its own, from the build that the benchmark itself comes from; resolves once it says that it is ready. */
export async function startProcess({ app, environment = {}, args = [], ready }: ProcessWish): Promise<BenchProcess> {
  const main = fileURLToPath(new URL(`../apps/${app}/src/main.js`, import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < OUTPUT_LIMIT) output += chunk.toString('utf8');
      if (output.includes(ready)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`${app} ended with ${code}: ${output}`)));
  });
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  return { pid: child.pid ?? 0, output: () => output, stop };
}

/** A backtest runner that waits for runs. */
export function startRunner(environment: Readonly<Record<string, string>>): Promise<BenchProcess> {
  return startProcess({ app: 'backtest-runner', environment, ready: '"event":"worker-ready"' });
}

/** The most memory that the process ever held, as Linux counted it. */
export function peakMegabytes(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/mu.exec(readProcess(pid, 'status'))?.[1];
  if (peak === undefined) throw new Error(`no peak memory in /proc/${pid}/status`);
  return Number(peak) / 1_024;
}

/** Ticks a second in /proc/PID/stat: USER_HZ, which is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Processor time that the process has used so far in all its threads, user and system, ms. */
export function processorMs(pid: number): number {
  // The second field is the command's name in parentheses, which may hold blanks; utime and stime are fields 14 and 15.
  const fields = readProcess(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    throw new Error('processes are measured by /proc, which only Linux has', { cause: error });
  }
}
