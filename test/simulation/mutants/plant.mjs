/** `node --import ./plant.mjs --import tsx …`: the process runs with the fault of MUTANT_FILE, MUTANT_FIND and MUTANT_REPLACE in its source. */
import { register } from 'node:module';

if (process.env.MUTANT_FILE !== undefined) register('./plant-hooks.mjs', import.meta.url, { data: { file: process.env.MUTANT_FILE, find: process.env.MUTANT_FIND, replace: process.env.MUTANT_REPLACE } });
