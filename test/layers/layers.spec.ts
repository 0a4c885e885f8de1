import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { repositoryFolder, temporaryFolder, type TemporaryFolder } from '#testing';

const LIBS = ['domain', 'backtest', 'contracts', 'application', 'candle-files', 'exchange', 'persistence', 'messaging', 'platform', 'testing'];

/** What the import rule allows, one file of each kind; the house as it should be. */
const LEGAL: Readonly<Record<string, string>> = {
  ...Object.fromEntries(LIBS.map((lib) => [`libs/${lib}/src/index.ts`, `export const name = '${lib}';\n`])),
  'libs/backtest/src/uses.ts': "import { name } from '#domain';\nexport const used = name;\n",
  'libs/application/src/uses.ts': "import { createHash } from 'node:crypto';\nimport { name } from '#backtest';\nexport const used = [name, createHash];\n",
  'libs/contracts/src/uses.ts': "import { z } from 'zod';\nimport { name } from '#domain';\nexport const used = z.literal(name);\n",
  'libs/persistence/src/uses.ts': "import { DataSource } from 'typeorm';\nimport pg from 'pg';\nimport { name } from '#application';\nexport const used = [DataSource, pg, name];\n",
  'libs/messaging/src/uses.ts': "import { Queue } from 'bullmq';\nimport { Redis } from 'ioredis';\nimport { name } from '#contracts';\nexport const used = [Queue, Redis, name];\n",
  'libs/exchange/src/mexc/uses.ts': "import type { Exchange } from 'ccxt';\nimport { name } from '#application';\nexport type Used = Exchange;\nexport const used = name;\n",
  'libs/exchange/src/mexc/clock.ts': 'export const now = async () => Date.now();\n',
  'libs/exchange/src/simulated/port-adapter.ts': 'export const later = async (nowMs: number) => nowMs;\n',
  'libs/exchange/src/simulated/uses.ts': "import { Decimal } from 'decimal.js';\nexport const used = Decimal;\n",
  'libs/candle-files/src/uses.ts': "import { parse } from 'csv-parse';\nexport const used = parse;\n",
  'libs/domain/src/uses.spec.ts': "import fc from 'fast-check';\nimport { name } from '#testing';\nawait Promise.resolve([fc, name, new Date()]);\n",
  'libs/domain/src/names.ts': 'export interface Named { readonly process: string; Date(): string }\nexport const read = (named: Named): string => named.process;\n',
  'apps/api/src/used.controller.ts': "import { Controller } from '@nestjs/common';\n@Controller('x')\nexport class Used {}\n",
  'apps/api/src/main.ts': "import { NestFactory } from '@nestjs/core';\nimport { name } from '#persistence';\nexport const used = [NestFactory, name, Date.now()];\n",
  'test/uses.spec.ts': "import { name } from '#testing';\nimport pg from 'pg';\nexport const used = [name, pg];\n",
};

interface Violation {
  readonly rule: string;
  readonly file: string;
  readonly source: string;
}

const side = (specifier: string): string => `import '${specifier}';\n`;

/** What some of the planted imports lead to. */
const TARGETS: Readonly<Record<string, string>> = {
  'bench/measure.ts': 'export const measured = 1;\n',
  'libs/domain/src/cycle-b.ts': side('./cycle-a.js'),
};

const IMPORT_VIOLATIONS: readonly Violation[] = [
  { rule: 'no-cycles', file: 'libs/domain/src/cycle-a.ts', source: side('./cycle-b.js') },
  { rule: 'no-unresolvable', file: 'libs/domain/src/nowhere.ts', source: side('./absent.js') },
  { rule: 'no-deep-import-from-a-lib', file: 'libs/application/src/deep.ts', source: side('../../backtest/src/uses.js') },
  { rule: 'no-deep-import-from-outside', file: 'apps/api/src/deep.ts', source: side('../../../libs/backtest/src/uses.js') },
  { rule: 'domain-imports-only-its-inner-layers', file: 'libs/domain/src/outward.ts', source: side('#backtest') },
  { rule: 'backtest-imports-only-its-inner-layers', file: 'libs/backtest/src/outward.ts', source: side('#application') },
  { rule: 'application-imports-only-its-inner-layers', file: 'libs/application/src/outward.ts', source: side('#contracts') },
  { rule: 'contracts-imports-only-its-inner-layers', file: 'libs/contracts/src/outward.ts', source: side('#application') },
  { rule: 'candle-files-imports-only-its-inner-layers', file: 'libs/candle-files/src/sideways.ts', source: side('#persistence') },
  { rule: 'persistence-imports-only-its-inner-layers', file: 'libs/persistence/src/sideways.ts', source: "import type { name } from '#messaging';\nexport type Used = typeof name;\n" },
  { rule: 'exchange-imports-only-its-inner-layers', file: 'libs/exchange/src/sideways.ts', source: side('#messaging') },
  { rule: 'messaging-imports-only-its-inner-layers', file: 'libs/messaging/src/sideways.ts', source: side('#candle-files') },
  { rule: 'platform-imports-only-its-inner-layers', file: 'libs/platform/src/sideways.ts', source: side('#persistence') },
  { rule: 'libs-never-import-outward', file: 'libs/platform/src/outward.ts', source: side('../../../apps/api/src/main.js') },
  { rule: 'apps-never-import-apps', file: 'apps/cli/src/sideways.ts', source: side('../../api/src/main.js') },
  { rule: 'apps-never-import-outward', file: 'apps/cli/src/outward.ts', source: side('../../../bench/measure.js') },
  { rule: 'examples-import-libs-only', file: 'examples/outward.ts', source: side('../apps/api/src/main.js') },
  { rule: 'dashboard-knows-contracts-only', file: 'apps/dashboard/src/inward.ts', source: side('#domain') },
  { rule: 'testing-only-from-tests', file: 'apps/cli/src/tested.ts', source: side('#testing') },
  { rule: 'pure-libs-know-no-package', file: 'libs/domain/src/vendor.ts', source: side('zod') },
  { rule: 'pure-libs-know-no-runtime', file: 'libs/backtest/src/runtime.ts', source: side('node:fs') },
  { rule: 'pure-libs-know-no-package', file: 'libs/exchange/src/simulated/vendor.ts', source: side('zod') },
  { rule: 'pure-libs-know-no-package', file: 'libs/exchange/src/dialect/vendor.ts', source: side('zod') },
  { rule: 'pure-libs-know-no-runtime', file: 'libs/exchange/src/simulated/runtime.ts', source: side('node:crypto') },
  { rule: 'application-knows-no-package', file: 'libs/application/src/vendor.ts', source: side('ulid') },
  { rule: 'application-knows-no-runtime', file: 'libs/application/src/runtime.ts', source: side('node:fs/promises') },
  { rule: 'contracts-know-zod-only', file: 'libs/contracts/src/vendor.ts', source: side('ulid') },
  { rule: 'postgres-packages-stay-with-their-owner', file: 'apps/cli/src/sql.ts', source: "import type pg from 'pg';\nexport type Used = pg.Client;\n" },
  { rule: 'postgres-packages-stay-with-their-owner', file: 'libs/messaging/src/sql.ts', source: side('typeorm') },
  { rule: 'queues-packages-stay-with-their-owner', file: 'apps/api/src/queue.ts', source: side('bullmq') },
  { rule: 'queues-packages-stay-with-their-owner', file: 'libs/persistence/src/cache.ts', source: side('ioredis') },
  { rule: 'queues-packages-stay-with-their-owner', file: 'apps/api/src/limit.ts', source: side('rate-limiter-flexible') },
  { rule: 'csv-packages-stay-with-their-owner', file: 'apps/cli/src/csv.ts', source: side('csv-parse') },
  { rule: 'ccxt-packages-stay-with-their-owner', file: 'apps/cli/src/venue.ts', source: side('ccxt') },
  { rule: 'ccxt-packages-stay-with-their-owner', file: 'libs/exchange/src/simulated/mexc-venue.ts', source: side('ccxt') },
  { rule: 'nest-packages-stay-with-their-owner', file: 'libs/messaging/src/nest.ts', source: side('@nestjs/common') },
  { rule: 'nest-packages-stay-with-their-owner', file: 'libs/persistence/src/nest.module.ts', source: side('@nestjs/bullmq') },
  { rule: 'no-development-package-in-the-product', file: 'apps/cli/src/development.ts', source: side('fast-check') },
];

const SOURCE_VIOLATIONS: readonly Violation[] = [
  { rule: 'pure-libs-are-synchronous', file: 'libs/domain/src/async.ts', source: 'export const later = async () => 1;\n' },
  { rule: 'pure-libs-are-synchronous', file: 'libs/backtest/src/await.ts', source: 'export const one = await 1;\n' },
  { rule: 'pure-libs-are-synchronous', file: 'libs/backtest/src/dynamic.ts', source: "export const load = () => import('./uses.js');\n" },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/domain/src/clock.ts', source: 'export const now = () => Date.now();\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/domain/src/chance.ts', source: 'export const chance = () => Math.random();\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/backtest/src/environment.ts', source: 'export const home = process.env.HOME;\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/backtest/src/timer.ts', source: 'setTimeout(() => undefined, 1);\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/domain/src/taken-chance.ts', source: 'const { random, floor } = Math;\nexport const die = () => floor(random() * 6);\n' },
  { rule: 'pure-libs-are-synchronous', file: 'libs/exchange/src/simulated/async.ts', source: 'export const later = async () => 1;\n' },
  { rule: 'pure-libs-are-synchronous', file: 'libs/exchange/src/simulated/paths/dynamic.ts', source: "export const load = () => import('../uses.js');\n" },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/exchange/src/simulated/clock.ts', source: 'export const now = () => Date.now();\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/exchange/src/simulated/chance.ts', source: 'export const chance = () => Math.random();\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/exchange/src/dialect/clock.ts', source: 'export const now = () => Date.now();\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/exchange/src/simulated/environment.ts', source: 'export const seed = process.env.SEED;\n' },
  { rule: 'pure-libs-know-no-ambient-state', file: 'libs/exchange/src/simulated/clocked-adapter.ts', source: 'export const now = async () => performance.now();\n' },
  { rule: 'nest-decorators-have-their-files', file: 'apps/api/src/decorated.ts', source: "import { Injectable as Inject } from '@nestjs/common';\n@Inject()\nexport class Decorated {}\n" },
  { rule: 'nest-decorators-have-their-files', file: 'apps/api/src/namespace.ts', source: "import * as nest from '@nestjs/common';\n@nest.Injectable()\nexport class Decorated {}\n" },
];

const CruiseResult = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string(), severity: z.string() }) })) }),
});

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), source);
  }
}

async function houseWith(violations: readonly Violation[]): Promise<TemporaryFolder> {
  const house = await temporaryFolder();
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
    cpSync(path.join(repositoryFolder(), file), path.join(house.path, file));
  }
  symlinkSync(path.join(repositoryFolder(), 'node_modules'), path.join(house.path, 'node_modules'));
  writeFiles(house.path, LEGAL);
  if (violations.length > 0) writeFiles(house.path, TARGETS);
  writeFiles(house.path, Object.fromEntries(violations.map(({ file, source }) => [file, source])));
  return house;
}

/** Runs the checker on the house as `npm run layers` does; pairs of rule and file, for what is an error. */
function cruise(root: string): readonly string[] {
  const cli = path.join(repositoryFolder(), 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, '--config', '.dependency-cruiser.cjs', '-T', 'json', '{apps,libs,bench,examples,test}/**/*.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  if (stdout === '') throw new Error(stderr);
  const { violations } = CruiseResult.parse(JSON.parse(stdout)).summary;
  return violations.filter(({ rule }) => rule.severity === 'error').map(({ rule, from }) => `${rule.name} ${from}`);
}

function checkSources(root: string): { readonly code: number | null; readonly found: readonly string[] } {
  const check = path.join(repositoryFolder(), 'test/layers/check-sources.ts');
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', check, root], { cwd: repositoryFolder(), encoding: 'utf8' });
  const found = [...stdout.matchAll(/^error (\S+): ([^:]+):/gm)].map(([, rule, file]) => `${rule} ${file}`);
  return { code: status, found };
}

describe('a house that keeps the rules', () => {
  it('is passed by both checkers', async () => {
    const house = await houseWith([]);
    expect(cruise(house.path)).toEqual([]);
    expect(checkSources(house.path)).toEqual({ code: 0, found: [] });
    await house.remove();
  });
});

describe('a planted import', () => {
  let refused: readonly string[];

  beforeAll(async () => {
    const house = await houseWith(IMPORT_VIOLATIONS);
    refused = cruise(house.path);
    await house.remove();
  });

  it.each(IMPORT_VIOLATIONS)('is refused by $rule in $file', ({ rule, file }) => {
    expect(refused).toContain(`${rule} ${file}`);
  });

  it('is planted for every rule there is', () => {
    const { forbidden } = jest.requireActual<{ forbidden: readonly { name: string }[] }>('../../.dependency-cruiser.cjs');
    const planted = new Set(IMPORT_VIOLATIONS.map(({ rule }) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

describe('a planted line', () => {
  let outcome: ReturnType<typeof checkSources>;

  beforeAll(async () => {
    const house = await houseWith(SOURCE_VIOLATIONS);
    outcome = checkSources(house.path);
    await house.remove();
  });

  it.each(SOURCE_VIOLATIONS)('is refused by $rule in $file', ({ rule, file }) => {
    expect(outcome.found).toContain(`${rule} ${file}`);
  });

  it('fails the check, and nothing else is reported', () => {
    expect(outcome.code).toBe(1);
    expect(new Set(outcome.found)).toEqual(new Set(SOURCE_VIOLATIONS.map(({ rule, file }) => `${rule} ${file}`)));
  });
});
