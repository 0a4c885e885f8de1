import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KILLERS, type Killer } from './killers.js';
import { MUTANTS, type Mutant } from './mutants.js';

const SIMULATE = path.join(import.meta.dirname, '..', 'simulate.ts');
const PLANT = path.join(import.meta.dirname, 'plant.mjs');
const USAGE = `npm run mutants -- [--only NAME] [--jobs J] [--search SEEDS]
  --only NAME      this one alone
  --jobs J         so many at the same time (one for each core)
  --search SEEDS   looks for a seed that kills, among so many from 1 on, in place of the pinned one`;

interface Verdict {
  readonly mutant: Mutant;
  readonly isKilled: boolean;
  readonly how: string;
  readonly seconds: number;
}

const SEARCHED_DAYS = 0.25;
/** Looked through where the pinned one does not kill any more. */
const OTHER_WORLDS = 120;
const VIOLATION = /^ {2}(?:I\d+|P4|product) .*$/mu;

/** Runs the simulation with the fault planted; what it printed, and how it ended. */
function simulate({ patches }: Mutant, { seed, days }: Killer, worlds: number): Promise<{ readonly code: number | null; readonly output: string }> {
  const flags = ['--seed', String(seed), '--days', String(days * worlds), '--length', String(days), '--jobs', '1', '--quiet', '--until-violated', '--harsh'];
  const child = spawn(process.execPath, ['--conditions=source', '--import', PLANT, '--import', 'tsx', SIMULATE, ...flags], {
    env: { ...process.env, MUTANT_PATCHES: JSON.stringify(patches) }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** 1 is a violation. Everything else is none: 3 where the fault could not be planted, since nothing is proven then. */
async function tryTo(mutant: Mutant, killer: Killer, worlds: number): Promise<Pick<Verdict, 'isKilled' | 'how'>> {
  const { code, output } = await simulate(mutant, killer, worlds);
  const violation = VIOLATION.exec(output)?.[0].trim().slice(0, 150);
  const seed = /SEED=(\d+)/u.exec(output)?.[1];
  if (code === 1 && violation !== undefined) return { isKilled: true, how: `seed ${seed}: ${violation}` };
  return { isKilled: false, how: code === 0 ? 'SURVIVED' : `could not be run: ${output.trim().split('\n').slice(-3).join(' ')}` };
}

/**
 * The pinned world first. Where it kills no more, other worlds do: every change of the product makes other ones of the same
 * seeds. That is told, so that another one is pinned; a mutant that survives them all fails the build.
 */
async function judge(mutant: Mutant, searched: number | null): Promise<Verdict> {
  const startMs = performance.now();
  const told = (verdict: Pick<Verdict, 'isKilled' | 'how'>): Verdict => ({ mutant, ...verdict, seconds: (performance.now() - startMs) / 1_000 });
  const killer = KILLERS[mutant.name];
  if (killer === undefined && searched === null) return told({ isKilled: false, how: 'no seed is pinned for it: npm run mutants -- --only NAME --search 20' });
  const pinned = searched === null ? await tryTo(mutant, killer!, 1) : null;
  if (pinned !== null && (pinned.isKilled || pinned.how !== 'SURVIVED')) return told(pinned);
  const other = await tryTo(mutant, { seed: 1, days: SEARCHED_DAYS }, searched ?? OTHER_WORLDS);
  return told(pinned === null || !other.isKilled ? other : { ...other, how: `${other.how}; no longer seed ${killer!.seed}, which is pinned` });
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, jobs: { type: 'string' }, search: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) throw new Error(USAGE);
  const left = MUTANTS.filter(({ name }) => values.only === undefined || name === values.only);
  if (left.length === 0) throw new Error(`no mutant ${values.only}; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
  const searched = values.search === undefined ? null : Number(values.search);
  const verdicts: Verdict[] = [];
  const serve = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const verdict = await judge(mutant, searched);
      verdicts.push(verdict);
      process.stdout.write(`${verdict.isKilled ? 'killed  ' : 'SURVIVED'}  ${mutant.name.padEnd(24)} ${verdict.seconds.toFixed(0).padStart(4)} s  ${verdict.how}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs ?? availableParallelism()) }, serve));
  const survivors = verdicts.filter(({ isKilled }) => !isKilled);
  process.stdout.write(`${verdicts.length - survivors.length} of ${verdicts.length} killed${survivors.length > 0 ? `; survivors: ${survivors.map(({ mutant }) => mutant.name).join(', ')}` : ''}\n`);
  return survivors.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
