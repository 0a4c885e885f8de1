/** `npm test [-- jest arguments]`: sets up what tests need, runs them, ends with the line `N passed, N failed`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, runMain } from './bootstrap.mjs';
import { ensureBuild } from './build.mjs';
import { startHeld } from './held-process.mjs';
import { REPOSITORY } from './paths.mjs';
import { printLine, UserError } from './processes.mjs';
import { startTestServices } from './throwaway-services.mjs';

/** The user's own services and settings must be out of any test's reach. */
const FOREIGN = /^(DATABASE_URL|REDIS_URL|PORT|HOST|ACCESS_TOKEN_FILE|NODE_ENV|NODE_OPTIONS|REBALANCER_.*|PG[A-Z]+)$/;
const INTERRUPTED_CODE = 130;

function jestEnvironment(provided) {
  const kept = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(kept), ...provided };
}

function startJest(args, environment, resultFile) {
  const jest = path.join(REPOSITORY, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--maxWorkers=2', '--json', `--outputFile=${resultFile}`, '--testLocationInResults=false'];
  return startHeld('jest', {
    command: process.execPath, args: [jest, ...flags, ...args], cwd: REPOSITORY, env: environment, graceMs: 3_000,
  });
}

/** Counts of tests; a suite that could not run counts as one failed test, as does a run without a result. */
function countResults(resultFile) {
  try {
    const result = JSON.parse(readFileSync(resultFile, 'utf8'));
    return {
      passed: result.numPassedTests,
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function countsLine({ passed, failed, skipped }) {
  const skippedPart = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${skippedPart}`;
}

async function testWith(services, args, interruption) {
  const resultFile = path.join(services.folder, 'jest-result.json');
  const jest = await startJest(args, jestEnvironment(services.environment), resultFile);
  interruption.act = () => jest.stop();
  const { code } = await jest.exited;
  const counts = countResults(resultFile);
  if (interruption.isAsked) return { counts, code: INTERRUPTED_CODE };
  if (code !== 0 && counts.failed === 0 && counts.passed > 0) counts.failed = 1; // Something beside the tests themselves.
  return { counts, code: code !== 0 || counts.failed > 0 || counts.passed === 0 ? 1 : 0 };
}

/** A signal stops jest, or, before jest runs, this process; whatever was started ends with it. */
function followSignals() {
  const interruption = { isAsked: false, act: () => process.exit(INTERRUPTED_CODE) };
  const interrupt = () => {
    interruption.isAsked = true;
    interruption.act();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  return interruption;
}

await runMain(async () => {
  const interruption = followSignals();
  let outcome = { counts: { passed: 0, failed: 1, skipped: 0 }, code: 1 };
  try {
    const { redisServerPath } = await bootstrap();
    await ensureBuild();
    const services = await startTestServices(redisServerPath);
    try {
      outcome = await testWith(services, process.argv.slice(2), interruption);
    } finally {
      await services.stop();
    }
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : (error.stack ?? error)}\n`);
  }
  printLine(countsLine(outcome.counts));
  process.exitCode = outcome.code;
});
