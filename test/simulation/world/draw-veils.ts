import type { Accepted } from '../../../apps/exchange-simulator/src/dialect/call.js';
import type { Chance } from '../engine/chance.js';
import type { FateKind } from '../exchange/draw-fate.js';
import type { VeiledOrders } from '../exchange/veiled-orders.js';
import type { VeilOdds } from './settings.js';

export interface VeilParts {
  readonly chance: Chance;
  readonly odds: VeilOdds;
  readonly veils: VeiledOrders;
  readonly nowMs: () => number;
  readonly hit: (mark: string) => void;
}

/** Orders that were taken, and whose sender does not know it. */
const UNANSWERED: ReadonlySet<FateKind> = new Set(['lost-reply', 'reset-after-acceptance', 'error-after-acceptance', 'garbled-reply', 'cut-reply']);
const FILLS_MS = { least: 500, most: 45_000 };
/** Longer than the half hour after which a person is asked; its fills come to light a little earlier than itself. */
const FILLS_AWAY_MINUTES = { least: 30, most: 40 };
const ORDER_LATER_MS = { least: 60_000, most: 240_000 };

/** Draws what is hidden of each order as it is taken. */
export function drawVeils({ chance, odds, veils, nowMs, hit }: VeilParts): (accepted: Accepted, fate: FateKind) => void {
  return (accepted, fate) => {
    const { fills } = accepted;
    if (UNANSWERED.has(fate) && chance.happens(odds.order)) {
      hit('veil: order');
      const fillsFromMs = nowMs() + chance.whole(FILLS_AWAY_MINUTES.least, FILLS_AWAY_MINUTES.most) * 60_000;
      veils.hide(accepted, { kind: 'order', fillsFromMs, untilMs: fillsFromMs + chance.whole(ORDER_LATER_MS.least, ORDER_LATER_MS.most) });
    } else if (fills.length > 0 && chance.happens(odds.fills)) {
      hit('veil: fills');
      veils.hide(accepted, { kind: 'fills', untilMs: nowMs() + chance.whole(FILLS_MS.least, FILLS_MS.most), told: chance.whole(0, fills.length - 1) });
    }
  };
}
