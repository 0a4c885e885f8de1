import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { RunOptions, RunResult } from './run-world.js';

const WORKER = path.join(import.meta.dirname, 'simulation-worker.ts');

/** What the worlds have in common. */
export type WorldOptions = Pick<RunOptions, 'days' | 'profile'>;

export interface SimulationPool {
  /** Every seed in turn, several at the same time. Rejects where a worker dies. */
  run(seeds: readonly number[], options: WorldOptions, onResult: (result: RunResult) => void): Promise<void>;
}

/** Worlds in processes of their own: each has one core, and leaves nothing behind for the next. */
export function openPool(jobs: number): SimulationPool {
  return {
    run: async (seeds, options, onResult) => {
      const left = [...seeds];
      const workers = Array.from({ length: Math.min(jobs, seeds.length) }, () => fork(WORKER));
      try {
        await Promise.all(workers.map((worker) => serve(worker, left, options, onResult)));
      } finally {
        for (const worker of workers) worker.kill('SIGKILL');
      }
    },
  };
}

function serve(worker: ChildProcess, left: number[], options: WorldOptions, onResult: (result: RunResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const seed = left.shift();
      if (seed === undefined) resolve();
      else worker.send({ seed, ...options });
    };
    worker.on('message', (result: RunResult) => {
      onResult(result);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) => reject(new Error(`a world ended with ${signal ?? code}`)));
    next();
  });
}
