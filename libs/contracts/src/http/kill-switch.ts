import { z } from 'zod';
import { AccountId } from './accounts.js';
import { PortfolioId } from './ids.js';
import { lineOfText } from './text.js';

const Instant = z.iso.datetime({ offset: true });

export const TradingStateName = z.enum(['run', 'reduce-only', 'halt']);

/** `all`, `account:ID` or `portfolio:ID`. */
export const SwitchScope = z
  .templateLiteral([z.union([z.literal('all'), z.templateLiteral(['account:', AccountId]), z.templateLiteral(['portfolio:', PortfolioId])])])
  .meta({ id: 'SwitchScope', example: 'all' });
export type SwitchScope = z.infer<typeof SwitchScope>;

/** Short, so that nobody has to think of words while money is at stake; yet never empty afterwards. */
const Reason = lineOfText(500).trim().min(1, 'must say why');

export const EngageKillSwitch = z
  .strictObject({
    scope: SwitchScope.default('all'),
    state: z.enum(['reduce-only', 'halt']).default('halt'),
    reason: Reason.default('engaged over the API'),
  })
  .meta({ id: 'EngageKillSwitch' });

export const ReleaseKillSwitch = z.strictObject({ scope: SwitchScope, reason: Reason }).meta({ id: 'ReleaseKillSwitch' });

export const KillSwitch = z
  .object({
    scope: z.string(),
    state: TradingStateName,
    reason: z.string(),
    setBy: z.string(),
    setAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'KillSwitch' });
export type KillSwitch = z.infer<typeof KillSwitch>;

export const KillSwitches = z
  .object({
    /** Those that are not `run`. The HALT file on the executors' machines is not among them. */
    engaged: z.array(KillSwitch),
    /** Newest first. */
    history: z.array(KillSwitch),
  })
  .meta({ id: 'KillSwitches' });
