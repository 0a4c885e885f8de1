import { writeSync } from 'node:fs';

let patches = [];

export function initialize(data) {
  patches = data;
}

/** A file's source with its faults; a place that is not there exactly once ends the process, since nothing would be proven. */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const ours = patches.filter(({ file }) => url.split('?')[0].endsWith(`/${file}`));
  return ours.length === 0 ? loaded : { ...loaded, source: ours.reduce(planted, String(loaded.source)) };
}

function planted(source, { file, find, replace }) {
  const places = source.split(find).length - 1;
  if (places !== 1) {
    writeSync(2, `the fault could not be planted: ${file} has ${places} places like ${JSON.stringify(find)}\n`);
    process.exit(3);
  }
  return source.replace(find, () => replace);
}
