import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { COMMITTED_GOLDEN, SHARED_GOLDEN, goldenNames, readGolden, type GoldenFile, type GoldenHome } from '../../golden/golden-file.js';
import { largestDifference, wordsOf } from '../../golden/golden-match.js';
import { documentOf, runCli } from './run-cli.js';

interface LocalDocument extends Pick<GoldenFile, 'config' | 'summary' | 'trades'> {
  readonly panel: GoldenFile['panel'] & { readonly firstOpenMs: number; readonly lastOpenMs: number; readonly droppedBars: number };
}

let folder: TemporaryFolder;
beforeAll(async () => { folder = await temporaryFolder(); });
afterAll(() => folder.remove());

const homes: readonly (readonly [string, GoldenHome])[] = [['made', COMMITTED_GOLDEN], ['real', SHARED_GOLDEN]];
const cases = homes.flatMap(([kind, home]) => goldenNames(home).map((name) => ({ kind, home, name })));

it.each(cases)('reproduces $kind golden $name from files', async ({ home, name }) => {
  const golden = readGolden(home, name);
  const { panel, config } = golden;
  const configFile = path.join(folder.path, `${name}.config.json`);
  await writeFile(configFile, JSON.stringify(config));
  const end = await runCli([
    'backtest', 'run', '--json', '--candles-dir', path.join(home.candlesRoot, panel.folder), '--config', configFile,
    '--exchange', panel.exchange, '--interval', panel.interval, '--assets', panel.assets.join(','),
  ]);
  expect(end.code).toBe(0);
  const document = documentOf(end) as LocalDocument;
  expect(document.config).toEqual(config);
  const { folder: _, join: __, ...samePanel } = panel;
  expect(document.panel).toMatchObject(samePanel);
  expect(document.panel.firstOpenMs).toBe(golden.trades[0]?.time ?? document.panel.firstOpenMs);
  const outcome = { ...document, bars: document.panel.bars };
  const expected = { ...golden, bars: panel.bars };
  expect(wordsOf(outcome)).toEqual(wordsOf(expected));
  expect(largestDifference(outcome, expected)).toBeLessThanOrEqual(1e-9);
});
