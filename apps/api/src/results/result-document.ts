import { z } from 'zod';

const Yardstick = z.object({
  finalValue: z.number(), totalReturn: z.number(), maxDrawdown: z.number(), sharpe: z.number(),
  feesPaid: z.number(), tradeCount: z.number(), rebalanceCount: z.number(),
});

/** The part of a stored result's document that the page shows. */
const ResultDocument = z.object({
  panel: z.object({ bars: z.number(), firstOpenMs: z.number(), lastOpenMs: z.number(), droppedBars: z.number() }),
  summary: Yardstick.extend({ annualizedReturn: z.number().nullable(), winRate: z.number().nullable() }),
  yardsticks: z.object({ hold: Yardstick, periodic: Yardstick }),
});

export type ShownYardstick = z.infer<typeof Yardstick>;
export type ResultDocument = z.infer<typeof ResultDocument>;

/** @throws ZodError where what is stored is not what a run stores. */
export const resultDocument = (stored: Readonly<Record<string, unknown>>): ResultDocument => ResultDocument.parse(stored);
