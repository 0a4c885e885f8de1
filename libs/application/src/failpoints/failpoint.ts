/**
 * Every place where a test may stop, kill or break a process. A name that is not here does not compile. None is within the
 * writing of a report: what is told of a portfolio is computed when it is asked for, and a backtest's result is one transaction.
 */
export const FAILPOINTS = [
  'api.after_outbox_commit',
  'outbox.after_claim', 'outbox.after_add_before_mark',
  'ingest.after_fetch', 'ingest.after_upsert',
  'eval.after_snapshot', 'eval.after_plan_commit',
  'exec.after_job_start', 'exec.after_claim', 'exec.after_attempt_commit', 'exec.before_socket_write', 'exec.after_request_written',
  'exec.after_response_before_commit', 'exec.after_result_commit', 'exec.after_trades_fetch', 'exec.after_fill_commit',
  'plan.before_next_leg', 'plan.before_done',
  'sweep.after_page', 'sweep.before_watermark',
  'recon.mid', 'kill.after_commit',
] as const;

export type FailpointName = (typeof FAILPOINTS)[number];

/** Does nothing in production. In a test it may kill or stop the process, wait, or throw. */
export type Failpoint = (name: FailpointName) => Promise<void>;

export const NO_FAILPOINT: Failpoint = async () => {};
