import type { ConfigurationChange, CreateCommand } from '#application';
import type { ChangePortfolio, CreatePortfolio } from '#contracts';
import { DEFAULT_CAPS, DEFAULT_EXECUTION, parseParameters, type RiskCaps, type StrategyParameters } from '#domain';
import { apiProblem } from '../problems.js';

export function createCommandOf(body: CreatePortfolio, principal: string, key: string | null): CreateCommand {
  const { name, mode, assets, quote, capital, parameters, execution, caps } = body;
  return {
    name, mode, capital, principal, key,
    isCapitalNamedTwice: parameters.initialCapital !== undefined,
    draft: {
      assets, quote,
      parameters: completed(parameters),
      execution: { ...DEFAULT_EXECUTION, ...given(execution) },
      caps: { ...DEFAULT_CAPS, ...given<RiskCaps>(caps) },
    },
  };
}

export const changeOf = ({ assets, parameters, execution, caps }: ChangePortfolio): ConfigurationChange => ({
  assets,
  parameters: parameters === undefined ? undefined : given<StrategyParameters>(parameters),
  execution: execution === undefined ? undefined : given(execution),
  caps: caps === undefined ? undefined : given<RiskCaps>(caps),
});

/** The schema is made from the same rules, so what it let through is valid; only the defaults are filled in. */
function completed(parameters: CreatePortfolio['parameters']): StrategyParameters {
  const parsed = parseParameters(parameters);
  if (parsed.ok) return parsed.parameters;
  const faults = parsed.faults.map(({ field, rule, received }) => ({ pointer: `/parameters/${field}`, code: 'invalid-parameter', detail: `${rule}; received ${received}` }));
  throw apiProblem('validation-failed', 'a parameter breaks its rule', { faults });
}

function given<Fields>(fields: { readonly [Name in keyof Fields]?: Fields[Name] | undefined }): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

/** A version in `If-Match`, as an entity tag or bare; null: none is asked for. @throws a problem where it is malformed or contradicts the body */
export function versionOf(ifMatch: string | undefined, inBody: number | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return inBody ?? null;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/u.exec(ifMatch.trim())?.[1];
  const detail = version === undefined ? 'expected a version such as "7"' : 'differs from the version in the body';
  if (version !== undefined && (inBody === undefined || inBody === Number(version))) return Number(version);
  throw apiProblem('validation-failed', `If-Match: ${detail}`, { faults: [{ pointer: 'If-Match', code: 'invalid-header', detail }] });
}
