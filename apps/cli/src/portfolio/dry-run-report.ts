import type { DryRun, PreviewedLeg } from '#contracts';
import { decimal } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { moneyInWords } from './portfolio-report.js';

const right = 'right' as const;
const LEGS: readonly Column[] = [
  { title: 'LEG' }, { title: 'VALUE', align: right }, { title: 'SENT AS', align: right }, { title: 'PRICE', align: right },
  { title: 'FEE', align: right }, { title: 'SLIPPAGE', align: right }, { title: 'NOT SENT', isFlexible: true },
];

/** What an evaluation now would lead to, with the market's rules, fees and expected slippage applied. */
export function dryRunInWords(dryRun: DryRun, terminal: Terminal): string {
  const { kind, reason, detail, legs, tradedValue, expectedFees, obstacles, declined } = dryRun;
  const lines = [`${moneyInWords(dryRun)}  would ${kind === 'plan' ? 'trade' : 'hold'}: ${reason}`];
  if (detail !== null) lines.push(`because    ${detail}`);
  for (const one of declined) lines.push(`declined   ${one.asset} ${one.kind}, ${decimal(one.ratio)} of its threshold: ${one.reason}`);
  for (const one of obstacles) lines.push(terminal.colors.yellow(`against    ${one.code}: ${one.detail}`));
  if (kind === 'hold' && legs.length > 0) lines.push('without that it would trade:');
  if (legs.length > 0) lines.push(renderTable(LEGS, legs.map(rowOf), terminal), `in all     ${decimal(tradedValue)} traded, fees of about ${decimal(expectedFees)}`);
  return lines.join('\n');
}

function rowOf({ leg, side, asset, value, quantity, quoteValue, price, expectedFee, expectedSlippageBps, skipReason }: PreviewedLeg): string[] {
  const sent = quantity ?? (quoteValue === null ? '-' : `for ${quoteValue}`);
  const slippage = expectedSlippageBps === null ? '-' : `${decimal(expectedSlippageBps, 1)} bps`;
  return [`${leg} ${side} ${asset}`, decimal(value), sent, String(Number(price.toPrecision(6))), decimal(expectedFee, 4), slippage, skipReason ?? ''];
}
