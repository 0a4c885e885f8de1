import { writeSync } from 'node:fs';

let mutant;

export function initialize(data) {
  mutant = data;
}

/** The source of one file is another one's; a place that is not there exactly once ends the process, since nothing would be proven. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!url.split('?')[0].endsWith(mutant.file)) return loaded;
  const source = String(loaded.source);
  const places = source.split(mutant.find).length - 1;
  if (places !== 1) {
    writeSync(2, `the fault could not be planted: ${mutant.file} has ${places} places like ${JSON.stringify(mutant.find)}\n`);
    process.exit(3);
  }
  return { ...loaded, source: source.replace(mutant.find, () => mutant.replace) };
}
