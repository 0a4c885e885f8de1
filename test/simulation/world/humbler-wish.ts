import type { Chance } from '../engine/chance.js';
import { drawDraft, type PortfolioWish } from './settings.js';

interface Fault {
  readonly pointer: string;
  readonly code: string;
}

const LEAST_ASSETS = 2;
const MORE_CAPITAL = 1.3;

/** What somebody asks for next who was told why a wish cannot be had: other assets, more money, or other figures. */
export function humbler(chance: Chance, wish: PortfolioWish, faults: readonly Fault[], bases: readonly string[]): PortfolioWish {
  const { assets } = wish.draft;
  const kept = assets.filter((_asset, index) => !faults.some(({ pointer }) => pointer === `/assets/${index}`));
  const others = chance.shuffled(bases.filter((base) => !assets.includes(base))).slice(0, Math.max(0, LEAST_ASSETS - kept.length));
  const next = [...kept, ...others];
  if (kept.length < assets.length && next.length >= LEAST_ASSETS) return { ...wish, draft: { ...wish.draft, assets: next } };
  const told = faults.filter(({ code }) => code !== 'insufficient-balance');
  // Money that is not there may be on its way.
  if (told.length === 0) return wish;
  const capital = told.some(({ pointer }) => pointer === '/capital') ? String(Math.ceil(Number(wish.capital) * MORE_CAPITAL)) : wish.capital;
  return { ...wish, capital, draft: drawDraft(chance, assets) };
}
