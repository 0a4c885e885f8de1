import path from 'node:path';
import type { CoveringTest, MatrixRow, Verdict } from './matrix.js';

/** The words of a case of failpoint-cases.ts are its failpoint; other words are for whoever opens the test. */
const FAILPOINT = /^'(?<name>[a-z]+\.[a-z_]+)'$/u;
const HEAD = ['| row | fault | verdict |', '| --- | --- | --- |'];

/** A row of docs/reliability.md's table. */
export const lineOf = ({ number, title, verdict }: MatrixRow): string => `| ${number} | ${title} | ${wordsOf(verdict)} |`;

export const tableOf = (rows: readonly MatrixRow[]): string => [...HEAD, ...rows.map(lineOf)].join('\n');

function wordsOf(verdict: Verdict): string {
  if ('notInjectable' in verdict) return `**not injectable here**: ${verdict.notInjectable}`;
  if ('notBuilt' in verdict) return `**not built**: ${verdict.notBuilt}`;
  return `tested: ${[...new Set(verdict.by.map(({ file }) => file))].map((file) => testIn(file, verdict.by)).join(', ')}`;
}

function testIn(file: string, tests: readonly CoveringTest[]): string {
  const names = tests.flatMap((test) => (test.file === file ? FAILPOINT.exec(test.words)?.groups!['name'] ?? [] : []));
  const link = `[${path.posix.basename(file)}](../${file})`;
  return names.length === 0 ? link : `${link} \`${names.join('`, `')}\``;
}
