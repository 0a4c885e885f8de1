/** `npm run layers`, second half: the rules of source-rules.ts over the sources of the folder given, or of this repository. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findSourceViolations } from './source-rules.js';

const root = path.resolve(process.argv[2] ?? '.');

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => [folder, ...file.split(path.sep)].join('/'))
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('/node_modules/'));
}

const files = ['apps', 'libs'].flatMap(sourceFiles);
const violations = files.flatMap((file) => findSourceViolations(file, readFileSync(path.join(root, file), 'utf8')));
for (const { rule, file, line, text } of violations) process.stdout.write(`error ${rule}: ${file}:${line} ${text}\n`);
process.stdout.write(`${violations.length === 0 ? '✔' : 'x'} ${violations.length} source rule violations in ${files.length} files\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
