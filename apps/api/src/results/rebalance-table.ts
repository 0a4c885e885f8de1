import { z } from 'zod';
import type { StoredRebalance } from '#application';
import { decimal, minute, whole } from './figures-in-words.js';
import { html, type Html } from './html.js';
import type { RebalanceMark } from './result-charts.js';

/** What the page shows of a stored rebalance; what does not have it is left out rather than guessed. */
const ShownLeg = z.object({
  status: z.enum(['filled', 'skipped']),
  side: z.enum(['buy', 'sell']),
  asset: z.string(),
  value: z.number(),
  reason: z.string().optional(),
});
const ShownRebalance = z.object({
  filledAtMs: z.number(),
  asset: z.string(),
  kind: z.enum(['upside', 'downside', 'limit']),
  ratio: z.number(),
  cashChange: z.number(),
  attribution: z.number(),
  legs: z.array(ShownLeg),
});
type ShownRebalance = z.infer<typeof ShownRebalance>;

const KINDS = { upside: 'above the mean', downside: 'below the mean', limit: 'position limit' } as const;
const LEGS_SHOWN = 6;

export function shownRebalances(stored: readonly StoredRebalance[]): readonly ShownRebalance[] {
  return stored.flatMap((one) => {
    const parsed = ShownRebalance.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

export const marksOf = (rebalances: readonly ShownRebalance[]): readonly RebalanceMark[] =>
  rebalances.map(({ filledAtMs, kind }) => ({ timeMs: filledAtMs, kind }));

/** One row a rebalance. `total`: how many there are, of which these are the first. */
export function rebalanceTable(rebalances: readonly ShownRebalance[], total: number, runId: string): Html {
  if (total === 0) return html`<p class="soft">None: no asset got far enough from the mean.</p>`;
  const more = total > rebalances.length
    ? html`<p class="note">The first ${whole(rebalances.length)} of ${whole(total)}; all of them: <code>bin/rebalancer backtest export ${runId} --what rebalances</code></p>`
    : null;
  return html`<div class="card"><table><thead><tr><th>Filled, UTC</th><th class="left">Trigger</th><th>Breach</th><th class="left">Orders</th><th>To cash</th><th>Gain by the end</th></tr></thead>
<tbody>${rebalances.map(rowOf)}</tbody></table></div>${more}`;
}

function rowOf(rebalance: ShownRebalance): Html {
  const { filledAtMs, asset, kind, ratio, cashChange, attribution } = rebalance;
  return html`<tr><td>${minute(filledAtMs)}</td><td class="left">${asset} ${KINDS[kind]}</td><td>${decimal(ratio)}×</td><td class="left wrap">${legsInWords(rebalance)}</td><td>${decimal(cashChange)}</td><td class="${attribution < 0 ? 'bad' : 'good'}">${decimal(attribution)}</td></tr>
`;
}

function legsInWords({ legs }: ShownRebalance): string {
  const words = legs.slice(0, LEGS_SHOWN).map(({ status, side, asset, value, reason }) =>
    status === 'filled' ? `${side} ${asset} ${decimal(value)}` : `no ${side} of ${asset} (${reason ?? 'skipped'})`);
  const rest = legs.length - words.length;
  return words.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
