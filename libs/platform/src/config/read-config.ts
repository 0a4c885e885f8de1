import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What is wrong with the environment, one line a variable. Values are not repeated: they may be secret. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`the configuration is invalid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** Where a variable comes from. Tests hand in their own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the variables that the schema names, all at once. `NAME_FILE` names a file whose content (without the line end)
 * is the value of `NAME`, which is how secrets reach containers. An empty variable counts as not set.
 * @throws ConfigurationError naming every variable that is missing or malformed, and the rule.
 */
export function readConfig<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, environment: Environment): z.infer<z.ZodObject<Shape>> {
  const faults: string[] = [];
  const values = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, valueOf(name, environment, faults)]));
  const parsed = schema.safeParse(values);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => faultOf(issue, values)));
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);
  return parsed.data;
}

function valueOf(name: string, environment: Environment, faults: string[]): string | undefined {
  const direct = environment[name] || undefined;
  const file = environment[`${name}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push(`${name}: set either ${name} or ${name}_FILE, not both`);
    return direct;
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/u, '') || undefined;
  } catch (error) {
    faults.push(`${name}_FILE: the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    return undefined;
  }
}

function faultOf(issue: z.core.$ZodIssue, values: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0] ?? 'environment');
  const isMissing = values[name] === undefined;
  return isMissing ? `${name}: is not set (${issue.message}); set ${name} or ${name}_FILE` : `${name}: ${issue.message}`;
}
