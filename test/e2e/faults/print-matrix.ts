/** `node --import tsx --conditions=source test/e2e/faults/print-matrix.ts`: the matrix as docs/reliability.md has it. */
import { MATRIX } from './matrix.js';
import { tableOf } from './matrix-table.js';

process.stdout.write(`${tableOf(MATRIX)}\n`);
