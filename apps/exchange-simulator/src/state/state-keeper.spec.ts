import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogger } from '#platform';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { readJournal, type JournalEntry } from './journal.js';
import { readStateFile, type SavedState } from './state-file.js';
import { journalOf, StateKeeper } from './state-keeper.js';

const log = createLogger({ name: 'state-spec', level: 'silent' });
const WORLD = { seed: 1, speed: 1, historyFromMs: 0, markets: 0, feeIn: 'quote', book: 'deep', replayDir: null, replayFromMs: null } as const;

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = path.join(folder.path, 'state.json');
});
afterEach(() => folder.remove());

const anEntry = (atMs: number): JournalEntry => ({ atMs, deed: { kind: 'balance', accountId: 'main', asset: 'USDT', free: String(atMs) } });

/** Keeps as its state how many deeds there were. */
function aKeeper(mostEntries = 100) {
  const done: JournalEntry[] = [];
  const stateNow = (): Omit<SavedState, 'journal'> => ({ format: 1, world: WORLD, speedFromMs: 0, venueMs: 0, venue: { format: 1, deeds: done.length } });
  const keeper = new StateKeeper(file, stateNow, log, { lastJournal: readStateFile(file)?.journal ?? 0, mostEntries });
  return { keeper, record: (atMs: number) => { done.push(anEntry(atMs)); keeper.record(done.at(-1)!); } };
}

/** What a start after kill -9 finds: deeds of the state, and times of those that followed. */
function kept(): { readonly deeds: unknown; readonly since: readonly number[] } {
  const state = readStateFile(file)!;
  return { deeds: state.venue['deeds'], since: readJournal(journalOf(file), state.journal).map(({ atMs }) => atMs) };
}

it('keeps every deed as soon as it was told', () => {
  const { record } = aKeeper();
  expect(kept()).toEqual({ deeds: 0, since: [] });
  record(1);
  expect(kept()).toEqual({ deeds: 0, since: [1] });
  record(2);
  expect(kept()).toEqual({ deeds: 0, since: [1, 2] });
});

it('writes the whole state where the journal has grown long, and at the end', () => {
  const { keeper, record } = aKeeper(2);
  [1, 2, 3].forEach(record);
  expect(kept()).toEqual({ deeds: 2, since: [3] });
  keeper.stop();
  expect(kept()).toEqual({ deeds: 3, since: [] });
});

it('takes no journal for its own that belongs to a state before', async () => {
  aKeeper().record(1);
  const old = await readFile(journalOf(file));
  aKeeper();
  // As if it had been killed between the two writes.
  await writeFile(journalOf(file), old);
  expect(kept()).toEqual({ deeds: 0, since: [] });
  await rm(journalOf(file));
  expect(kept()).toEqual({ deeds: 0, since: [] });
});

it('drops a last line that was not written whole, and refuses one that is damaged before it', async () => {
  aKeeper().record(1);
  await appendFile(journalOf(file), '{"atMs":2,"de');
  expect(kept().since).toEqual([1]);
  await appendFile(journalOf(file), '\n{"atMs":3,"deed":{"kind":"passed"}}\n');
  expect(kept).toThrow(/state\.json\.journal is damaged in line 3/u);
});

it('fails where a deed can be kept in neither file, and goes on with the whole state when it can again', async () => {
  const inner = path.join(folder.path, 'inner');
  await mkdir(inner);
  file = path.join(inner, 'state.json');
  const { keeper, record } = aKeeper(1);
  await rm(inner, { recursive: true });
  // The journal that is open takes it yet; the state cannot be written.
  expect(() => record(1)).not.toThrow();
  expect(() => keeper.stop()).toThrow(/cannot be written \(ENOENT\)/u);
  await mkdir(inner);
  await chmod(inner, 0o700);
  record(2);
  expect(kept()).toEqual({ deeds: 2, since: [] });
});
