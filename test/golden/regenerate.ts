/**
 * Writes the committed candle files and golden results anew: `npx tsx -C source test/golden/regenerate.ts`.
 * A test checks that this changes nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compressed, madeCandleFiles, madeGoldenFiles } from './made-golden.js';

const TEST_FOLDER = path.resolve(import.meta.dirname, '..');

for (const file of madeCandleFiles()) write(file.path, compressed(file));
for (const file of madeGoldenFiles()) write(file.path, file.text);

function write(relativePath: string, content: string | Buffer): void {
  const target = path.join(TEST_FOLDER, relativePath);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  process.stdout.write(`wrote test/${relativePath}, ${content.length} bytes\n`);
}
