import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { openPool } from './simulation-pool.js';
import type { Profile } from './world/settings.js';
import { reportOf, summaryOf, tableOf } from './simulation-report.js';
import { runWorld, type RunResult } from './run-world.js';

const USAGE = `npm run simulate -- [--days N] [--seed S] [--length L] [--jobs J] [--harsh] [--json] [--quiet] [--until-violated]
  --days N     simulated days in all (30)
  --seed S     the first seed; the world after it has S + 1, and so on (1)
  --length L   days of one world, with faults until its end; a fraction is one (1)
  --jobs J     worlds at the same time (one for each core)
  --harsh      worlds in which everything goes wrong that can
  --json       ends with one line of JSON
  --quiet      tells nothing while it runs
  --until-violated   with --jobs 1: ends with the first world in which something did not hold
Ends with 1 where an invariant did not hold, and tells the seed, the last events and how to see it again.`;

interface Wish {
  readonly seeds: readonly number[];
  readonly length: number;
  readonly jobs: number;
  readonly profile: Profile;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isUntilViolated: boolean;
}

/** @throws Error in words for whoever typed it */
export function readWish(args: readonly string[]): Wish {
  const { values } = parseArgs({
    args: [...args],
    options: { days: { type: 'string' }, seed: { type: 'string' }, length: { type: 'string' }, jobs: { type: 'string' }, json: { type: 'boolean' }, quiet: { type: 'boolean' }, 'until-violated': { type: 'boolean' }, harsh: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) throw new Error(USAGE);
  const [days, length] = [positive('days', values.days, 30), positive('length', values.length, 1)];
  const first = positive('seed', values.seed, 1);
  if (!Number.isSafeInteger(first)) throw new Error(`--seed: a whole number from 1 on, was ${values.seed}`);
  const seeds = Array.from({ length: Math.max(1, Math.round(days / length)) }, (_, index) => first + index);
  return { seeds, length, jobs: Math.round(positive('jobs', values.jobs, availableParallelism())), profile: values.harsh === true ? 'harsh' : 'drawn', isJson: values.json === true, isQuiet: values.quiet === true, isUntilViolated: values['until-violated'] === true };
}

function positive(name: string, text: string | undefined, usual: number): number {
  const value = text === undefined ? usual : Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new Error(`--${name}: a number above zero, was ${text}\n\n${USAGE}`);
  return value;
}

async function main(): Promise<number> {
  const wish = readWish(process.argv.slice(2));
  const startMs = performance.now();
  const results: RunResult[] = [];
  const onResult = (result: RunResult): void => {
    results.push(result);
    if (!wish.isQuiet) process.stderr.write(`\r${results.length} of ${wish.seeds.length} worlds, seed ${result.seed}: ${result.violations.length === 0 ? 'all held' : 'VIOLATED'}   `);
  };
  await run(wish, onResult);
  if (!wish.isQuiet) process.stderr.write('\n');
  const ordered = results.toSorted((one, other) => one.seed - other.seed);
  const violated = ordered.filter(({ violations }) => violations.length > 0);
  const summary = summaryOf(ordered, performance.now() - startMs);
  for (const result of violated.slice(0, 3)) process.stdout.write(`${reportOf(result, commit())}\n`);
  if (!wish.isJson) process.stdout.write(tableOf(summary));
  if (wish.isJson) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return violated.length === 0 ? 0 : 1;
}

/** One at a time is done here: a profiler, and whoever plants faults, then has one process. */
async function run({ seeds, length, jobs, profile, isUntilViolated }: Wish, onResult: (result: RunResult) => void): Promise<void> {
  if (jobs > 1) return openPool(jobs).run(seeds, { days: length, profile }, onResult);
  for (const seed of seeds) {
    const result = await runWorld({ seed, days: length, profile });
    onResult(result);
    if (isUntilViolated && result.violations.length > 0) return;
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
