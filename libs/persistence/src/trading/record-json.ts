import type { AttemptRecord, IntentRecord, PlanRecord } from '#application';

/** SQL of a value, given the alias of its row. */
type Column = (row: string) => string;

const column = (name: string): Column => (row) => `${row}.${name}`;

/** As text, since a JSON number would be read as a float. */
const decimal = (name: string): Column => (row) => `trim_scale(${row}.${name})::text`;

const PLAN_FIELDS: Readonly<Record<keyof PlanRecord, Column>> = {
  id: column('id'), portfolioId: column('portfolio_id'), accountId: column('account_id'), mode: column('mode'), venue: column('venue'),
  evaluationId: column('evaluation_id'), configVersion: column('config_version'), decision: column('decision'), state: column('state'),
  version: column('version'), endReason: column('end_reason'), reason: column('reason'), createdMs: column('created_ms'),
  deadlineMs: column('deadline_ms'), startedMs: column('started_ms'), finishedMs: column('finished_ms'), nextActionMs: column('next_action_ms'),
};

const INTENT_FIELDS: Readonly<Record<keyof IntentRecord, Column>> = {
  id: column('id'), planId: column('plan_id'), portfolioId: column('portfolio_id'), accountId: column('account_id'), leg: column('leg'),
  assetIndex: column('asset_index'), base: column('base'), marketId: column('market_id'), side: column('side'), quantity: decimal('quantity'),
  quoteValue: decimal('quote_value'), refPrice: column('ref_price'), refPriceMs: column('ref_price_ms'), state: column('state'),
  reason: column('reason'), version: column('version'), leaseEpoch: column('lease_epoch'), leaseUntilMs: column('lease_until_ms'),
  attemptCount: column('attempt_count'), filledQuantity: decimal('filled_quantity'), filledNotional: decimal('filled_notional'),
  feeInQuote: decimal('fee_in_quote'), nextActionMs: column('next_action_ms'), createdMs: column('created_ms'), finishedMs: column('finished_ms'),
};

const ATTEMPT_FIELDS: Readonly<Record<keyof AttemptRecord, Column>> = {
  clientOrderId: column('client_order_id'), intentId: column('intent_id'), attemptNo: column('attempt_no'), terms: column('terms'),
  notional: decimal('notional'), signMs: column('sign_ms'), receiveWindowMs: column('receive_window_ms'), state: column('state'),
  venueOrderId: column('venue_order_id'), httpStatus: column('http_status'), code: column('code'), cause: column('reason'),
  notFoundVotes: column('not_found_votes'), firstVoteMs: column('first_vote_ms'), lastVoteMs: column('last_vote_ms'),
  createdMs: column('created_ms'), settledMs: column('settled_ms'),
};

/** SQL of a JSON object with these fields of the row of that alias. */
const objectOf = (fields: Readonly<Record<string, Column>>, row: string): string =>
  `json_build_object(${Object.entries(fields).map(([name, value]) => `'${name}', ${value(row)}`).join(', ')})`;

export const planJson = (row: string): string => objectOf(PLAN_FIELDS, row);
export const intentJson = (row: string): string => objectOf(INTENT_FIELDS, row);
export const attemptJson = (row: string): string => objectOf(ATTEMPT_FIELDS, row);

/** An attempt with what it was of. */
export const knownAttemptJson = (attempt: string, intent: string): string =>
  objectOf(
    {
      ...ATTEMPT_FIELDS, portfolioId: column('portfolio_id'),
      marketId: () => `${intent}.market_id`, side: () => `${intent}.side`, intentState: () => `${intent}.state`,
    },
    attempt,
  );
