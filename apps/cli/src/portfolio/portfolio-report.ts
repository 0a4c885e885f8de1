import type { Portfolio, PortfolioHeader, PortfolioHolding } from '#contracts';
import { decimal, duration, minute, percent } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';

const right = 'right' as const;
const HOLDINGS: readonly Column[] = [
  { title: 'ASSET' }, ...['QUANTITY', 'PRICE', 'VALUE', 'WEIGHT', 'OFF MEAN'].map((title) => ({ title, align: right })), { title: 'PRICE IS' },
];

/** Said with every portfolio: nobody shall take play money for real money, or the other way round. */
export function moneyInWords({ mode, venue, money }: Pick<PortfolioHeader, 'mode' | 'venue' | 'money'>): string {
  if (mode === 'paper') return `PAPER at ${venue}'s prices`;
  return money === 'real' ? `LIVE on ${venue}: REAL MONEY` : `LIVE on ${venue}: play money`;
}

/** Everything at a glance: what it is, what it holds, how far each asset is from its thresholds, what stands against trading. */
export function portfolioInWords(portfolio: Portfolio, terminal: Terminal, nowMs: number): string {
  const lines = [headline(portfolio, terminal), '', renderTable(HOLDINGS, [...portfolio.holdings.map(holdingRow), cashRow(portfolio)], terminal), '', ...worthLines(portfolio), ...lookLines(portfolio, nowMs)];
  if (portfolio.openPlan !== null) lines.push(`plan       ${portfolio.openPlan.id} ${portfolio.openPlan.state}`);
  for (const { asset, quantity } of portfolio.otherHoldings) lines.push(`beside     ${quantity} ${asset}`);
  for (const { code, detail } of portfolio.obstacles) lines.push(terminal.colors.yellow(`against    ${code}: ${detail}`));
  return lines.join('\n');
}

function headline(portfolio: Portfolio, { colors }: Terminal): string {
  const { name, id, state, stateReason } = portfolio;
  const money = moneyInWords(portfolio);
  return `${colors.bold(name)}  ${id}\n${portfolio.money === 'real' ? colors.red(colors.bold(money)) : money}  ${colors.bold(state)}${stateReason === null ? '' : ` (${stateReason})`}`;
}

function holdingRow({ asset, quantity, price, value, weight, deviation, flag, priceAgeMs }: PortfolioHolding): string[] {
  const state = flag === null ? (priceAgeMs === null ? '-' : `${duration(priceAgeMs)} old`) : flag;
  return [asset, quantity, price === null ? '-' : String(Number(price.toPrecision(6))), decimal(value), percent(weight), percent(deviation, { signed: true }), state];
}

function cashRow({ quote, cash, equity }: Portfolio): string[] {
  const weight = equity === null || equity === 0 ? null : Number(cash) / equity;
  return [quote, cash, '', decimal(Number(cash)), percent(weight), '', ''];
}

function worthLines({ equity, quote, performance, netDeposits }: Portfolio): string[] {
  const { timeWeightedReturn, drawdown } = performance;
  return [
    `worth      ${decimal(equity)} ${quote}; put in were ${decimal(netDeposits)}`,
    `return     ${percent(timeWeightedReturn, { signed: true, digits: 2 })} time-weighted, ${percent(drawdown, { digits: 2 })} below its peak`,
  ];
}

function lookLines({ lastLook, configuration, isAllocated, state }: Portfolio, nowMs: number): string[] {
  const { upsideThreshold, downsideThreshold, maxPosition } = configuration.parameters;
  const thresholds = `sells      above +${percent(upsideThreshold)} or ${percent(maxPosition)} of all, buys below -${percent(downsideThreshold)}`;
  if (lastLook === null) return [thresholds, 'looked at  never'];
  const ago = duration(Math.max(0, nowMs - Date.parse(lastLook.at)));
  const detail = lastLook.detail === null ? '' : ` (${lastLook.detail})`;
  const start = isAllocated || state === 'created' ? '' : ', not bought into yet';
  return [thresholds, `looked at  ${ago} ago: ${lastLook.kind} ${lastLook.reason}${detail}, since ${minute(lastLook.since)} UTC${start}`];
}
