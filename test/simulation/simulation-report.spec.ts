import type { RunResult } from './run-world.js';
import { reportOf, summaryOf, tableOf } from './simulation-report.js';

/** 2026-03-02 00:00 UTC, and the seconds after it. */
const START_MS = 1_772_409_600_000;
const COUNTS = { posts: 20, crashes: 3, pauses: 2, unknowns: 1, lateAccepts: 1 };

const aResult = (change: Partial<RunResult> = {}): RunResult => ({
  seed: 17, days: 0.5, profile: 'drawn', hash: 'abcd', events: 70, counts: COUNTS, marks: {}, cpuMs: 30_000,
  violations: [{ invariant: 'I3', atMs: START_MS + 70_000, detail: 'intent oi_1 came to be 2 orders: r1, r2' }],
  tail: Array.from({ length: 70 }, (_, index) => ({ atMs: START_MS + (index + 1) * 1_000, who: 'executor 1', what: `event ${index + 1}` })),
  ...change,
});

describe('what is told of a violation', () => {
  const lines = reportOf(aResult(), '1a2b3c4').split('\n');

  it('is the seed, the commit and what did not hold', () => {
    expect(lines[0]).toBe('SEED=17 COMMIT=1a2b3c4: 1 violation(s) after 70 events (abcd)');
    expect(lines[1]).toBe('  I3 at 03-02 00:01:10.000: intent oi_1 came to be 2 orders: r1, r2');
  });

  it('is the last 60 events before it, in their order', () => {
    expect(lines[2]).toBe('the last 60 events before it:');
    const told = lines.slice(3, -1);
    expect(told).toHaveLength(60);
    expect(told[0]).toMatch(/^ {2}03-02 00:00:11\.000 {2}executor 1 +event 11$/u);
    expect(told.at(-1)).toMatch(/event 70$/u);
  });

  it('is the command that shows it again, and of a harsh world that it was one', () => {
    expect(lines.at(-1)).toBe('to see it again: npm run simulate -- --seed 17 --days 0.5 --length 0.5 --jobs 1');
    expect(reportOf(aResult({ profile: 'harsh' }), '1a2b3c4').split('\n').at(-1)).toContain('--harsh');
  });
});

describe('what is told of a run', () => {
  const summary = summaryOf([aResult(), aResult({ seed: 18, violations: [], marks: { 'order_intent: new to sending': 4 } })], 45_000);

  it('is the sum of its worlds', () => {
    // Two half days; 30 s of CPU each, so that a minute makes one day.
    expect(summary).toMatchObject({ seed: 17, lastSeed: 18, days: 1, worlds: 2, posts: 40, crashes: 6, pauses: 4, unknowns: 2, lateAccepts: 2, violations: 1, daysPerCpuMinute: 1, wallSeconds: 45, hashes: ['abcd', 'abcd'] });
  });

  it('says which marks were not hit', () => {
    expect(summary.marksNotHit).toContain('order_intent: dead to acked');
    expect(summary.marksNotHit).not.toContain('order_intent: new to sending');
    expect(summary.marksHit).toBe(1);
    expect(tableOf(summary)).toMatch(/^violations +1$/mu);
    expect(tableOf(summary)).toContain('order_intent: dead to acked');
  });
});
