import type { Evaluation } from '#application';

export interface EvaluationRow {
  readonly id: string;
  readonly portfolio_id: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly looks: number;
  readonly config_version: number;
  readonly code_version: string;
  readonly kind: Evaluation['kind'];
  readonly reason: string;
  readonly detail: string | null;
  readonly declined: Evaluation['declined'];
  readonly input: Evaluation['input'];
  readonly input_sha256: string;
  readonly plan_id: string | null;
}

/** Newest first. The end of the row that is still open stands with the look. Parameters: portfolio, time or null, id or null, limit. */
export const EVALUATIONS_OF = `
  SELECT e.id, e.portfolio_id, e.first_ms::float8, coalesce(e.last_ms, look.last_look_ms, e.first_ms)::float8 AS last_ms,
    coalesce(e.look_count, look.evaluation_looks, 1) AS looks, e.config_version, e.code_version, e.kind, e.reason, e.detail, e.declined, e.input,
    e.input_sha256, plan.id AS plan_id
  FROM evaluation e
  LEFT JOIN portfolio_look look ON look.evaluation_id = e.id
  LEFT JOIN rebalance_plan plan ON plan.evaluation_id = e.id
  WHERE e.portfolio_id = $1 AND ($2::float8 IS NULL OR e.first_ms <= $2::float8)
    AND ($3::text IS NULL OR e.look_seq < (SELECT look_seq FROM evaluation WHERE id = $3 AND portfolio_id = $1))
  ORDER BY e.look_seq DESC LIMIT $4`;

export function toEvaluation(row: EvaluationRow): Evaluation {
  return {
    id: row.id, portfolioId: row.portfolio_id, firstMs: row.first_ms, lastMs: row.last_ms, looks: row.looks,
    configVersion: row.config_version, codeVersion: row.code_version, kind: row.kind, reason: row.reason, detail: row.detail,
    declined: row.declined, input: row.input, inputSha256: row.input_sha256, planId: row.plan_id,
  };
}
