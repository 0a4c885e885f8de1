import { z } from 'zod';

/** What makes the prices: with another one of these, orders that were kept would belong to another market. */
export const World = z.strictObject({
  seed: z.number(),
  speed: z.number(),
  historyFromMs: z.number(),
  markets: z.number(),
  feeIn: z.enum(['quote', 'base', 'third']),
  book: z.enum(['deep', 'ideal']),
  replayDir: z.string().nullable(),
  replayFromMs: z.number().nullable(),
});

export type World = z.infer<typeof World>;

const FLAG_OF: Readonly<Record<keyof World, string>> = {
  seed: '--seed', speed: '--speed', historyFromMs: '--history-from', markets: '--markets', feeIn: '--fee-in', book: '--book', replayDir: '--replay', replayFromMs: '--replay-from',
};

/** How two worlds differ, in words for who starts the simulator; null where they do not. */
export function differenceOf(kept: World, wanted: World): string | null {
  const names = (Object.keys(FLAG_OF) as (keyof World)[]).filter((name) => kept[name] !== wanted[name]);
  if (names.length === 0) return null;
  return names.map((name) => `${FLAG_OF[name]} was ${wordsOf(name, kept[name])} and is now ${wordsOf(name, wanted[name])}`).join(', ');
}

function wordsOf(name: keyof World, value: World[keyof World]): string {
  if (value === null) return 'not given';
  return name.endsWith('Ms') ? new Date(Number(value)).toISOString() : String(value);
}
