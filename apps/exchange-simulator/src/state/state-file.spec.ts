import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { readStateFile, writeStateFile, type SavedState } from './state-file.js';
import { differenceOf, type World } from './world.js';

const WORLD: World = { seed: 1, speed: 1, historyFromMs: 0, markets: 0, feeIn: 'quote', book: 'deep', replayDir: null, replayFromMs: null };
const STATE: SavedState = { format: 1, world: WORLD, speedFromMs: 5, venueMs: 7, journal: 3, venue: { format: 1, orders: ['one'] } };

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = path.join(folder.path, 'state.json');
});
afterEach(() => folder.remove());

describe('the state file', () => {
  it('gives back what was written, and leaves nothing beside it', async () => {
    expect(readStateFile(file)).toBeNull();
    writeStateFile(file, STATE);
    expect(readStateFile(file)).toEqual(STATE);
    expect(await readdir(folder.path)).toEqual(['state.json']);
  });

  it.each([
    { name: 'is cut short', text: JSON.stringify(STATE).slice(0, 40) },
    { name: 'is empty', text: '' },
    { name: 'is of another format', text: JSON.stringify({ ...STATE, format: 2 }) },
    { name: 'lacks the venue', text: JSON.stringify({ ...STATE, venue: undefined }) },
  ])('is refused, and left as it is, where it $name', async ({ text }) => {
    await writeFile(file, text);
    expect(() => readStateFile(file)).toThrow(/state\.json is no state of a simulator .*move it away to begin anew/u);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('of an older version, which kept no journal, is read as it is', async () => {
    const { journal: _journal, ...older } = STATE;
    await writeFile(file, JSON.stringify(older));
    expect(readStateFile(file)).toEqual({ ...STATE, journal: 0 });
  });

  it('says where it cannot be written', () => {
    expect(() => writeStateFile(path.join(folder.path, 'absent', 'state.json'), STATE)).toThrow(/cannot be written \(ENOENT\): name a file/u);
  });
});

describe('differenceOf', () => {
  it('finds none in the same world, and names the flags of another', () => {
    expect(differenceOf(WORLD, { ...WORLD })).toBeNull();
    expect(differenceOf(WORLD, { ...WORLD, seed: 2, replayDir: 'record' })).toBe('--seed was 1 and is now 2, --replay was not given and is now record');
  });
});
