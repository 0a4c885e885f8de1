import type { Leg, Plan, PlanDetail, TimelineEvent } from '#contracts';
import { numberOption } from '../backtest/number-option.js';
import type { CommandAction } from '../command-action.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { EXIT } from '../terminal/exit-codes.js';
import { decimal, duration, minute } from '../terminal/figures.js';
import { renderTable, type Column } from '../terminal/table.js';
import type { Terminal } from '../terminal/terminal.js';
import { moneyInWords } from './portfolio-report.js';

const right = 'right' as const;
const PLANS: readonly Column[] = [{ title: 'ID' }, { title: 'DECIDED' }, { title: 'WHY' }, { title: 'STATE', isFlexible: true }];
const LEGS: readonly Column[] = [{ title: 'LEG' }, { title: 'STATE' }, ...['FILLED', 'VALUE', 'PRICE', 'SLIPPAGE', 'FEE', 'ORDERS'].map((title) => ({ title, align: right }))];

const second = (instant: string): string => instant.slice(0, 19).replace('T', ' ');
const whyOf = ({ trigger }: Plan): string => (trigger === null ? 'the start' : `${trigger.asset} ${trigger.kind}`);

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
  const { id, decidedAt, state, finishedAt, endReason } = plan;
  const took = finishedAt === null ? '' : ` in ${duration(Date.parse(finishedAt) - Date.parse(decidedAt))}`;
  return [id, minute(decidedAt), whyOf(plan), `${state}${took}${endReason === null ? '' : `: ${endReason}`}`];
}

/** `rebalancer portfolio plan show` */
export const showPlan: CommandAction<object> = async (context, _options, [id = '']) => {
  const plan = await openPortfoliosApi(context).plan(id);
  if (context.terminal.isJson) context.terminal.document(plan);
  else context.terminal.data(planInWords(plan, context.terminal));
  return EXIT.ok;
};

function planInWords(plan: PlanDetail, terminal: Terminal): string {
  const ratio = plan.trigger === null ? '' : `, ${decimal(plan.trigger.ratio)} of its threshold`;
  return [
    headlineOf(plan, terminal),
    `decided    ${second(plan.decidedAt)} UTC because of ${whyOf(plan)}${ratio}`,
    `value      ${decimal(plan.totalValue)} in all; configuration ${plan.configVersion}`, '',
    renderTable(LEGS, plan.legs.map(legRow), terminal),
    ...plan.legs.flatMap(({ leg, reason }) => (reason === null ? [] : [`leg ${leg}      ${reason}`])),
  ].join('\n');
}

function headlineOf(plan: Plan, { colors }: Terminal): string {
  const early = plan.endReason === null ? '' : `\nended      early: ${plan.endReason}${plan.reason === null ? '' : ` (${plan.reason})`}`;
  return `${plan.id}  ${moneyInWords(plan)}  ${colors.bold(plan.state)}${early}`;
}

function legRow({ leg, side, asset, state, filledQuantity, filledNotional, averagePrice, slippageBps, feeInQuote, attempts }: Leg): string[] {
  const price = averagePrice === null ? '-' : String(Number(averagePrice.toPrecision(6)));
  const slippage = slippageBps === null ? '-' : `${decimal(slippageBps, 1)} bps`;
  return [`${leg} ${side} ${asset}`, state, filledQuantity, decimal(Number(filledNotional)), price, slippage, decimal(Number(feeInQuote), 4), String(attempts.length)];
}

/** `rebalancer portfolio plan timeline` */
export const showTimeline: CommandAction<object> = async (context, _options, [id = '']) => {
  const { terminal } = context;
  const timeline = await openPortfoliosApi(context).timeline(id);
  if (terminal.isJson) terminal.document(timeline);
  else terminal.data([headlineOf(timeline.plan, terminal), `decided    ${second(timeline.plan.decidedAt)} UTC because of ${whyOf(timeline.plan)}`, '', ...timeline.events.map(eventLine)].join('\n'));
  return EXIT.ok;
};

/** Nothing of it is cut: it is read when something went wrong. */
function eventLine({ at, afterMs, text, detail }: TimelineEvent): string {
  const after = afterMs === null ? '' : `+${afterMs} ms`;
  return `${at.slice(11, 23)}  ${after.padStart(10)}  ${text}${detail === null ? '' : `  ${detail}`}`;
}

/** `rebalancer portfolio plan abandon` */
export const abandonPlan: CommandAction<{ readonly reason: string }> = async (context, { reason }, [id = '']) => {
  const plan = await openPortfoliosApi(context).abandon(id, reason);
  if (context.terminal.isJson) context.terminal.document(plan);
  else context.terminal.data(`${plan.id}  ${plan.state}`);
  return EXIT.ok;
};
