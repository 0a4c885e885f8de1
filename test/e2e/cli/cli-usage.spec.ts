import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '#testing';
import { CLI_BIN, CLI_ENTRY, problemOf, runCli } from './run-cli.js';

const manifest = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string };

it('prints the version through bin/rebalancer, and nothing else on stdout', async () => {
  const end = await runCli(['--version'], { command: [CLI_BIN] });
  expect(end).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
});

it('starts without a framework, a database driver or a schema library', async () => {
  const folder = await temporaryFolder();
  try {
    await runCli(['--help'], { environment: { NODE_V8_COVERAGE: folder.path } });
    const [report = ''] = await readdir(folder.path);
    const { result } = JSON.parse(await readFile(path.join(folder.path, report), 'utf8')) as { result: { url: string }[] };
    const packages = result.flatMap(({ url }) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(['commander', 'picocolors']);
  } finally {
    await folder.remove();
  }
});

const commands = [
  [],
  ['backtest'],
  ['backtest', 'run'],
  ['backtest', 'ls'],
  ['backtest', 'show'],
  ['backtest', 'cancel'],
  ['backtest', 'export'],
  ['candles'],
  ['candles', 'import'],
  ['candles', 'coverage'],
  ['candles', 'fetch'],
  ['candles', 'backfills'],
  ['exchange'],
  ['exchange', 'markets'],
  ['prices'],
  ['doctor'],
  ['migrate'],
  ['token', 'create'],
];

it.each(commands.map((command) => ({ command })))('helps with [$command] on stdout, within 80 columns', async ({ command }) => {
  const end = await runCli([...command, '--help']);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  expect(end.stdout).toContain(`Usage: rebalancer ${command.join(' ')}`.trimEnd());
  expect(end.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

it.each([['backtest', 'run'], ['backtest', 'ls'], ['candles', 'import'], ['candles', 'fetch'], ['candles', 'backfills'], ['exchange', 'markets'], ['doctor'], []].map((command) => ({ command })))(
  'leads the help of [$command] with examples',
  async ({ command }) => {
    const { stdout } = await runCli([...command, '--help']);
    expect(stdout.indexOf('Examples:')).toBeGreaterThan(0);
    expect(stdout.indexOf('Examples:')).toBeLessThan(stdout.indexOf('Usage:'));
  },
);

it('documents every exit code in its help', async () => {
  const { stdout } = await runCli(['--help']);
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130, 143]) expect(stdout).toMatch(new RegExp(`^ +${code}  `, 'm'));
});

it('shows the help of a group that is named alone, as wrong use', async () => {
  const end = await runCli(['backtest']);
  expect(end).toMatchObject({ code: 2, stdout: '' });
  expect(end.stderr).toContain('Usage: rebalancer backtest');
});

const misuses = [
  { args: ['backtst'], code: 'unknown-command', detail: "unknown command 'backtst'; did you mean backtest?" },
  { args: ['backtest', 'rn'], code: 'unknown-command', detail: "unknown command 'rn'; did you mean run?" },
  { args: ['backtest', 'run', '--asets', 'A'], code: 'unknown-option', detail: "unknown option '--asets'; did you mean --assets?" },
  { args: ['backtest', 'run', '--token', 'x'], code: 'unknown-option', detail: "unknown option '--token'" },
  { args: ['backtest', 'show'], code: 'missing-argument', detail: "missing required argument 'id'" },
  { args: ['backtest', 'show', 'bt_1'], code: 'malformed-id', detail: '"bt_1" is not the id of a backtest: bt_ and 26 characters' },
  { args: ['backtest', 'run'], code: 'missing-option', detail: '--assets, --exchange, --interval are missing' },
  {
    args: ['backtest', 'ls', '--limit', '0'],
    code: 'malformed-option',
    detail: '--limit must be a whole number from 1 to 200 (received "0")',
  },
  {
    args: ['backtest', 'export', 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V', '--what', 'all'],
    code: 'malformed-option',
    detail: '--what must be one of summary, trades, equity, rebalances (received "all")',
  },
  { args: ['token', 'create', '--name', ''], code: 'malformed-option', detail: '--name must have 1 to 60 characters' },
  { args: ['--api', 'ftp://x', 'backtest', 'ls'], code: 'api-address', detail: '"ftp://x" (--api) is not an http or https address' },
];

it.each(misuses)('answers $args with code 2 and what is meant', async ({ args, code, detail }) => {
  const json = await runCli([...args, '--json']);
  expect(json.code).toBe(2);
  expect(problemOf(json)).toMatchObject({ code, status: 400 });
  expect(problemOf(json).detail).toContain(detail);
  const plain = await runCli(args);
  expect(plain).toMatchObject({ code: 2, stdout: '' });
  expect(plain.stderr.split('\n')[0]).toContain(detail);
});

it('writes no escape sequences into a pipe', async () => {
  const end = await runCli(['backtst']);
  expect(end.stderr).not.toContain('\u001B');
});

it.each([
  ['a full disk is told', '> /dev/full', 1, 'error: cannot write the output: the disk is full\n'],
  ['a reader that stops early is none of its concern', '| true; exit ${PIPESTATUS[0]}', 0, ''],
])('%s', async (_, redirection, code, stderr) => {
  const end = await runCli(['-c', `"$0" "${CLI_ENTRY}" --help ${redirection}`, process.execPath], { command: ['bash'] });
  expect(end).toMatchObject({ code, stderr });
});
