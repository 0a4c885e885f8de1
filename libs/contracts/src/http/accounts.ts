import { z } from 'zod';
import { DecimalString } from './decimal-string.js';
import { ReconciliationId } from './ids.js';
import { Money, Venue } from './money.js';
import { PageQuery, pageOf } from './paging.js';

const Instant = z.iso.datetime({ offset: true });

export const TradingModeName = z.enum(['paper', 'live']);

/** An account's id: `live-mexc`, `live-simulator`, or `paper-` and a portfolio's id. */
export const AccountId = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$/u, 'expected an account id such as live-mexc');

export const Account = z
  .object({
    id: AccountId,
    mode: TradingModeName,
    venue: Venue,
    money: Money,
    /** First 12 hex digits of the key's SHA-256; null of paper. */
    keyFingerprint: z.string().nullable(),
    /** Null: the exchange does not tell. */
    canWithdraw: z.boolean().nullable(),
    reconciledAt: Instant.nullable(),
    /** Since when the books differ from the venue. */
    mismatchSince: Instant.nullable(),
    /** Why nothing is sent until a person clears it. */
    haltReason: z.string().nullable(),
    openOrders: z.int(),
    executorSeenAt: Instant.nullable(),
    /** Whether an executor that holds its key was there within the last minute. Of paper: null, any executor will do. */
    isExecutorThere: z.boolean().nullable(),
    /** By the books. */
    balances: z.array(z.object({
      asset: z.string(),
      quantity: DecimalString,
      /** Belongs to no portfolio. */
      unassigned: DecimalString,
      portfolios: z.array(z.object({ portfolioId: z.string(), quantity: DecimalString })),
    })),
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;
export const Accounts = pageOf(Account).meta({ id: 'Accounts' });

export const ListAccountsQuery = z.strictObject({ ...PageQuery });

export const Reconciliation = z
  .object({
    id: ReconciliationId,
    accountId: AccountId,
    cause: z.string(),
    state: z.enum(['requested', 'done', 'failed']),
    /** Null until it is done. */
    isEqual: z.boolean().nullable(),
    assets: z.int().nullable(),
    differences: z.array(z.object({ asset: z.string(), booked: DecimalString, venue: DecimalString, tolerance: DecimalString })),
    problem: z.string().nullable(),
    requestedAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof Reconciliation>;
