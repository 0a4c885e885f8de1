import { z } from 'zod';
import { Venue } from './exchange.js';

export { Venue };

export const MONEY = ['paper', 'play money', 'real'] as const;

/** What is at stake: nothing (`paper`), the simulator's money (`play money`), or somebody's (`real`). Stands wherever a mode does. */
export const Money = z.enum(MONEY).meta({ id: 'Money' });
export type Money = z.infer<typeof Money>;

export const moneyOf = (mode: 'paper' | 'live', venue: Venue): Money => (mode === 'paper' ? 'paper' : venue === 'MEXC' ? 'real' : 'play money');
