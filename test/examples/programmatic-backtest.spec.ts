import { repositoryFolder } from '#testing';
import { execFileSync } from 'node:child_process';
import { describeReport, runExample } from '../../examples/programmatic-backtest.js';

it('runs as its first lines say', () => {
  const printed = execFileSync(process.execPath, ['--import', 'tsx', '-C', 'source', 'examples/programmatic-backtest.ts'], {
    cwd: repositoryFolder(), encoding: 'utf8',
  });
  expect(printed).toBe(`${describeReport(runExample())}\n`);
});

it('has something to show: rebalances whose attribution is the difference to holding', () => {
  const { rebalances, summary, benchmarks } = runExample();
  expect(rebalances.length).toBeGreaterThan(3);
  const attributed = rebalances.reduce((sum, { attribution }) => sum + attribution, 0);
  expect(attributed).toBeCloseTo(summary.finalValue - benchmarks.hold.finalValue, 6);
});
