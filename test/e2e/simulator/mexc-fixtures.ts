import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder } from '#testing';

/** ccxt's own test data for mexc, beside the repository in development and CI only. */
const FOLDER = path.resolve(repositoryFolder(), '../shared/mexc-fixtures');

/** One kind of them, or null, and a line that says so, where they are absent. */
export function readFixtures(kind: 'request' | 'response' | 'markets' | 'currencies'): unknown {
  const file = path.join(FOLDER, kind, 'mexc.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  process.stderr.write(`not run: comparison with MEXC's ${kind} fixtures, ${path.relative(repositoryFolder(), file)} is absent\n`);
  return null;
}

export interface FixtureCase {
  readonly method: string;
  readonly description?: string;
  readonly input: readonly unknown[];
  /** Of `request`. */
  readonly url?: string;
  /** Of `response`. */
  readonly httpResponse?: unknown;
}

/** All entries of a file of them, whatever their method. */
export function casesOf(fixtures: unknown): readonly FixtureCase[] {
  if (fixtures === null) return [];
  return Object.values((fixtures as { readonly methods: Readonly<Record<string, readonly FixtureCase[]>> }).methods).flat();
}
