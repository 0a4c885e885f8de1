import type { Leg, Plan, PlanDetail, TimelineEvent } from '#contracts';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { decimal, duration } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { moneyInWords } from './portfolio-report.js';

const right = 'right' as const;
const PLANS: readonly Column[] = [{ title: 'ID' }, { title: 'DECIDED' }, { title: 'WHY' }, { title: 'STATE' }, { title: 'TOOK', align: right }, { title: 'ENDED EARLY', isFlexible: true }];
const LEGS: readonly Column[] = [
  { title: 'LEG', align: right }, { title: 'SIDE' }, { title: 'ASSET' }, { title: 'STATE' }, ...['FILLED', 'VALUE', 'PRICE', 'SLIPPAGE', 'FEE', 'ORDERS'].map((title) => ({ title, align: right })),
  { title: 'REASON', isFlexible: true },
];
const EVENTS: readonly Column[] = [{ title: 'AT' }, { title: 'AFTER', align: right }, { title: 'WHAT' }, { title: 'DETAIL', isFlexible: true }];

const second = (instant: string): string => instant.slice(0, 19).replace('T', ' ');
const whyOf = ({ kind, trigger }: Plan): string => (trigger === null ? kind : `${trigger.asset} ${trigger.kind} (${decimal(trigger.ratio)})`);

/** `rebalancer portfolio plans` */
export const listPlans: CommandAction<{ readonly limit?: string }> = async (context, { limit }, [key = '']) => {
  const { terminal } = context;
  const page = await openPortfoliosApi(context).plans(key, numberOption('--limit', limit, { min: 1, max: 200, isWhole: true }));
  if (terminal.isJson) terminal.document(page);
  else if (page.data.length === 0) terminal.say(`no plans yet; why: rebalancer portfolio explain ${key}`);
  else terminal.data(renderTable(PLANS, page.data.map(planRow), terminal));
  return EXIT.ok;
};

function planRow(plan: Plan): string[] {
  const { id, decidedAt, state, finishedAt, endReason, reason } = plan;
  const took = finishedAt === null ? '-' : duration(Date.parse(finishedAt) - Date.parse(decidedAt));
  return [id, second(decidedAt), whyOf(plan), state, took, endReason === null ? '' : `${endReason}${reason === null ? '' : `: ${reason}`}`];
}

/** `rebalancer portfolio plan show` */
export const showPlan: CommandAction<object> = async (context, _options, [id = '']) => {
  const plan = await openPortfoliosApi(context).plan(id);
  if (context.terminal.isJson) context.terminal.document(plan);
  else context.terminal.data(planInWords(plan, context.terminal));
  return EXIT.ok;
};

function planInWords(plan: PlanDetail, terminal: Terminal): string {
  const early = plan.endReason === null ? '' : `, ended early: ${plan.endReason}${plan.reason === null ? '' : ` (${plan.reason})`}`;
  return [
    `${plan.id}  ${moneyInWords(plan)}  ${terminal.colors.bold(plan.state)}${early}`,
    `decided    ${second(plan.decidedAt)} UTC because of ${whyOf(plan)}, at a value of ${decimal(plan.totalValue)}; configuration ${plan.configVersion}`, '',
    renderTable(LEGS, plan.legs.map(legRow), terminal),
  ].join('\n');
}

function legRow({ leg, side, asset, state, filledQuantity, filledNotional, averagePrice, slippageBps, feeInQuote, attempts, reason }: Leg): string[] {
  const price = averagePrice === null ? '-' : String(Number(averagePrice.toPrecision(6)));
  const slippage = slippageBps === null ? '-' : `${decimal(slippageBps, 1)} bps`;
  return [String(leg), side, asset, state, filledQuantity, decimal(Number(filledNotional)), price, slippage, feeInQuote, String(attempts.length), reason ?? ''];
}

/** `rebalancer portfolio plan timeline` */
export const showTimeline: CommandAction<object> = async (context, _options, [id = '']) => {
  const { terminal } = context;
  const timeline = await openPortfoliosApi(context).timeline(id);
  if (terminal.isJson) terminal.document(timeline);
  else terminal.data(renderTable(EVENTS, timeline.events.map(eventRow), terminal));
  return EXIT.ok;
};

function eventRow({ at, afterMs, text, detail }: TimelineEvent): string[] {
  return [at.slice(11, 23), afterMs === null ? '' : `+${afterMs} ms`, text, detail ?? ''];
}

/** `rebalancer portfolio plan abandon` */
export const abandonPlan: CommandAction<{ readonly reason: string }> = async (context, { reason }, [id = '']) => {
  const plan = await openPortfoliosApi(context).abandon(id, reason);
  if (context.terminal.isJson) context.terminal.document(plan);
  else context.terminal.data(`${plan.id}  ${plan.state}`);
  return EXIT.ok;
};
