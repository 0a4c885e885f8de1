/**
 * `npm run bench [-- NAME…]`: runs bench/NAME.ts (all without a name) against a PostgreSQL and a Redis of its own with the
 * durability that users get, prints one table and writes bench/results/latest.json.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ensureBuild } from './build.mjs';
import { DIST, REPOSITORY } from './paths.mjs';
import { startPostgres } from './postgres.mjs';
import { printLine, UserError } from './processes.mjs';
import { startRedis } from './redis.mjs';
import { throwawayFolder } from './throwaway-services.mjs';

const BUILT = path.join(DIST, 'bench');

/** Modules below dist/bench that export `run`; the others serve them. */
async function findBenches(wanted) {
  const benches = [];
  for (const file of readdirSync(BUILT).filter((name) => name.endsWith('.js')).sort()) {
    const name = path.basename(file, '.js');
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { run } = await import(pathToFileURL(path.join(BUILT, file)).href);
    if (typeof run === 'function') benches.push({ name, run });
  }
  const absent = wanted.filter((name) => !benches.some((bench) => bench.name === name));
  if (absent.length > 0) throw new UserError(`No benchmark named ${absent.join(', ')} in bench/`);
  return benches;
}

async function startServices(folder, serverPath) {
  const inFolder = (name) => path.join(folder, name);
  const redis = await startRedis({ serverPath, folder: inFolder('redis'), logFile: inFolder('redis.log') });
  const postgres = await startPostgres({ dataPath: inFolder('postgres'), logFile: inFolder('postgres.log') });
  const context = { databaseAdminUrl: postgres.superuserUrl, redisServerPath: serverPath, redisUrl: redis.url };
  return { context, stop: () => Promise.all([redis.stop(), postgres.stop()]) };
}

async function runAll(benches, context) {
  const results = [];
  for (const { name, run } of benches) {
    printLine(`running ${name}`);
    for (const result of await run(context)) results.push({ bench: name, ...result });
  }
  return results;
}

function rowOf({ bench, name, value, unit, baseline, ratio, goal, isGoalMet }) {
  const verdict = isGoalMet === undefined ? '' : isGoalMet ? 'met' : 'NOT MET';
  const beside = baseline === undefined ? '' : `${rounded(baseline.value)} (${baseline.name})`;
  return [bench, name, `${rounded(value)} ${unit}`, beside, ratio === undefined ? '' : ratio.toFixed(2), goal ?? '', verdict];
}

function rounded(value) {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function printTable(results) {
  const rows = [['bench', 'measured', 'value', 'beside', 'ratio', 'goal', ''], ...results.map(rowOf)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) printLine(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}

function save(results) {
  const folder = path.join(REPOSITORY, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version };
  const document = { measuredAt: new Date().toISOString(), machine, results };
  writeFileSync(path.join(folder, 'latest.json'), `${JSON.stringify(document, null, 2)}\n`);
}

await runMain(async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  const { redisServerPath } = await bootstrap();
  await ensureBuild();
  const benches = await findBenches(process.argv.slice(2));
  const services = await startServices(throwawayFolder(), redisServerPath);
  try {
    const results = await runAll(benches, services.context);
    printTable(results);
    save(results);
  } finally {
    await services.stop();
  }
});
