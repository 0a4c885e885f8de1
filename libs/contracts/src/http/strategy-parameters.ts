import { z } from 'zod';
import { DEFAULT_PARAMETERS, PARAMETER_RULES, ruleInWords, type ParameterRule, type StrategyParameters } from '#domain';

function fieldSchema(rule: ParameterRule): z.ZodType {
  if (rule.kind === 'enum') return z.enum(rule.values as [string, ...string[]], ruleInWords(rule)).describe(rule.description);
  const message = ruleInWords(rule);
  const number = z.number(message);
  const lower = rule.minInclusive ? number.min(rule.min, message) : number.gt(rule.min, message);
  return (rule.maxInclusive ? lower.max(rule.max, message) : lower.lt(rule.max, message)).describe(rule.description);
}

// The ranges are written down once, in the domain; here they only become a schema.
const fields = Object.fromEntries(Object.entries(PARAMETER_RULES).map(([name, rule]) => [name, fieldSchema(rule)])) as {
  readonly [Name in keyof StrategyParameters]: z.ZodType<StrategyParameters[Name]>;
};

/** Any subset of the parameters; what is left out takes the product's default. Unknown names are refused. */
export const StrategyParametersInput = z.strictObject(fields).partial().meta({ id: 'StrategyParametersInput', example: DEFAULT_PARAMETERS });

export const StrategyParametersOutput = z.object(fields).meta({ id: 'StrategyParameters' });
