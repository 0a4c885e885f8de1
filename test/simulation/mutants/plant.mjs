/** `node --import ./plant.mjs --import tsx …`: the process runs with the faults of MUTANT_PATCHES in its source. */
import { register } from 'node:module';

const patches = process.env.MUTANT_PATCHES;
if (patches !== undefined) register('./plant-hooks.mjs', import.meta.url, { data: JSON.parse(patches) });
