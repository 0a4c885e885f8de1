import { EXPECTED_MARKS } from './expected-marks.js';
import type { RunResult } from './run-world.js';

export interface Summary {
  readonly seed: number;
  readonly lastSeed: number;
  readonly days: number;
  readonly posts: number;
  readonly crashes: number;
  readonly pauses: number;
  readonly unknowns: number;
  readonly lateAccepts: number;
  readonly violations: number;
  readonly daysPerCpuMinute: number;
  readonly wallSeconds: number;
  readonly worlds: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Of all runs' hashes, in the order of their seeds. */
  readonly hashes: readonly string[];
  readonly marksHit: number;
  readonly marksNotHit: readonly string[];
}

export function summaryOf(results: readonly RunResult[], wallMs: number): Summary {
  const counts = sumOf(results.map((result) => result.counts));
  const marks = sumOf(results.map((result) => result.marks));
  const days = round(results.reduce((sum, result) => sum + result.days, 0), 3);
  const cpuMinutes = results.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 60_000;
  const of = (name: string): number => counts[name] ?? 0;
  const notHit = EXPECTED_MARKS.filter((mark) => (marks[mark] ?? 0) === 0);
  return {
    seed: results[0]?.seed ?? 0, lastSeed: results.at(-1)?.seed ?? 0, days, posts: of('posts'), crashes: of('crashes'), pauses: of('pauses'), unknowns: of('unknowns'),
    lateAccepts: of('lateAccepts'), violations: results.reduce((sum, { violations }) => sum + violations.length, 0), daysPerCpuMinute: round(days / cpuMinutes, 1),
    wallSeconds: round(wallMs / 1_000, 1), worlds: results.length, counts, hashes: results.length <= 10 ? results.map(({ hash }) => hash) : [],
    marksHit: EXPECTED_MARKS.length - notHit.length, marksNotHit: notHit,
  };
}

export function tableOf({ counts, marksNotHit, hashes, ...figures }: Summary): string {
  const rows = [...Object.entries(figures), ...Object.entries(counts).filter(([name]) => !(name in figures))];
  const lines = rows.map(([name, value]) => `${name.padEnd(18)} ${value}`);
  if (hashes.length > 0) lines.push(`${'hashes'.padEnd(18)} ${hashes.join(' ')}`);
  return `${[...lines, marksNotHit.length === 0 ? 'every mark was hit' : `not hit: ${marksNotHit.join('; ')}`].join('\n')}\n`;
}

const SHOWN_EVENTS = 60;

const instant = (ms: number): string => new Date(ms).toISOString().slice(5, 23).replace('T', ' ');

/** The shortest course of events that shows it is the whole of this seed's up to here: it is judged after each. */
export function reportOf({ seed, days, profile, violations, tail, events, hash }: RunResult, commit: string): string {
  return [
    `SEED=${seed} COMMIT=${commit}: ${violations.length} violation(s) after ${events} events (${hash})`,
    ...violations.map(({ invariant, atMs, detail }) => `  ${invariant} at ${instant(atMs)}: ${detail}`),
    `the last ${Math.min(SHOWN_EVENTS, tail.length)} events before it:`,
    ...tail.slice(-SHOWN_EVENTS).map(({ atMs, who, what }) => `  ${instant(atMs)}  ${who.padEnd(28)} ${what}`),
    `to see it again: npm run simulate -- --seed ${seed} --days ${days} --length ${days} --jobs 1${profile === 'harsh' ? ' --harsh' : ''}`,
  ].join('\n');
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const each of all) for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals;
