import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryFolder } from '#testing';
import { FLAGS } from '../command-line.js';
import { CONTROL_ROUTES } from '../control/control-routes.js';
import { FAULT_KINDS, ROWS_OF_OTHERS, ROWS_PLAYED_OTHERWISE } from './fault-kinds.js';

/** Exchange transport, exchange business, market data: reliability.md, section 3. */
const EXCHANGE_ROWS = Array.from({ length: 72 - 41 + 1 }, (_, index) => 41 + index);

describe('the registry of faults', () => {
  it('plays every row on the exchange side, or says who does', () => {
    const played = new Set([...FAULT_KINDS.flatMap(({ rows }) => rows), ...[ROWS_PLAYED_OTHERWISE, ROWS_OF_OTHERS].flatMap((rows) => Object.keys(rows).map(Number))]);
    expect(EXCHANGE_ROWS.filter((row) => !played.has(row))).toEqual([]);
  });

  it('has one fault of a name, each of which works without parameters', () => {
    expect(new Set(FAULT_KINDS.map(({ name }) => name)).size).toBe(FAULT_KINDS.length);
    const refused = FAULT_KINDS.filter(({ name, parameters }) => !parameters.safeParse(name === 'error-code' ? { code: 30_002 } : {}).success);
    expect(refused.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/simulator.md', () => {
  const text = readFileSync(path.join(repositoryFolder(), 'docs/simulator.md'), 'utf8');

  it('tells every fault with its rows, every flag, every route', () => {
    const faults = FAULT_KINDS.map(({ name, rows }) => `| \`${name}\` | ${rows.join(', ')} |`);
    const routes = CONTROL_ROUTES.map(({ method, path: address }) => `\`${method} ${address}\``);
    const flags = Object.keys(FLAGS).map((flag) => `--${flag}`);
    expect([...faults, ...routes, ...flags].filter((words) => !text.includes(words))).toEqual([]);
  });
});
