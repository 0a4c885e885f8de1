import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../apps/backtest-runner/src/main.js', import.meta.url));

export interface BenchRunner {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** A runner as a process of its own, from the build that the benchmark itself comes from; resolves once it waits for runs. */
export async function startRunner(environment: Readonly<Record<string, string>>): Promise<BenchRunner> {
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString('utf8');
      if (output.includes('"event":"worker-ready"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the runner ended with ${code}: ${output}`)));
  });
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  return { pid: child.pid ?? 0, stop };
}

/** The most memory that the process ever held, as Linux counted it. */
export function peakMegabytes(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (peak === undefined) throw new Error('the peak memory of a process is read from /proc, which only Linux has');
  return Number(peak) / 1_024;
}
