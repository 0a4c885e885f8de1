/** Compiles apps, libs and bench to dist/ when a source has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, ensureDependencies, runMain } from './bootstrap.mjs';
import { DIST, REPOSITORY } from './paths.mjs';
import { printLine, runToEnd, UserError } from './processes.mjs';

const SOURCES = ['apps', 'libs', 'bench'];
const SETTINGS = ['.swcrc', 'package.json', 'package-lock.json', 'scripts/build.mjs'];
/** What decides a backtest's numbers: a result computed by other code of these is another result. */
const DECIDING_SOURCES = ['libs/domain/src', 'libs/backtest/src'];
const STAMP = '.build-stamp';

/** Builds unless dist/ is up to date. Resolves whether it built. */
export async function ensureBuild() {
  const stamp = hashFiles([...SETTINGS, ...SOURCES.flatMap(sourceFiles)]);
  if (readStamp() === stamp) return false;
  const output = `${DIST}.${process.pid}`;
  rmSync(output, { recursive: true, force: true });
  try {
    await compile(output);
    writeFileSync(path.join(output, 'build-info.json'), `${JSON.stringify(buildInfo(), null, 2)}\n`);
    writeFileSync(path.join(output, STAMP), stamp);
    putInPlace(output);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
  return true;
}

function readStamp() {
  const file = path.join(DIST, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Relative paths of the TypeScript files below a folder, specs left out, in one order everywhere. */
function sourceFiles(folder) {
  const top = path.join(REPOSITORY, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true })
    .map((file) => path.join(folder, file))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .sort();
}

function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const full = path.join(REPOSITORY, file);
    if (existsSync(full)) hash.update(file).update('\0').update(readFileSync(full)).update('\0');
  }
  return hash.digest('hex');
}

function buildInfo() {
  const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8'));
  const deciding = hashFiles(DECIDING_SOURCES.flatMap(sourceFiles));
  return { version, codeVersion: `${version}+${deciding.slice(0, 12)}` };
}

async function compile(output) {
  const swc = path.join(REPOSITORY, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const folders = SOURCES.filter((folder) => existsSync(path.join(REPOSITORY, folder)));
  const args = [swc, ...folders, '--out-dir', output, '--ignore', '**/*.spec.ts', '--quiet'];
  const outcome = await runToEnd(process.execPath, args, { cwd: REPOSITORY });
  if (outcome.code !== 0) throw new UserError(`The build failed:\n${outcome.output.trim()}`);
}

/** Swapped in whole, so that nobody ever runs half of a build. */
function putInPlace(output) {
  const previous = `${DIST}.previous.${process.pid}`;
  if (existsSync(DIST)) renameSync(DIST, previous);
  renameSync(output, DIST);
  rmSync(previous, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    checkNode();
    await ensureDependencies();
    printLine((await ensureBuild()) ? 'built dist/' : 'dist/ is up to date');
  });
}
