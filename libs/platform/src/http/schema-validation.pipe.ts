import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { glueProblem, type FieldFault } from './http-problem.js';

/** More would help nobody: the first ones are fixed first. */
const MOST_FAULTS = 50;
const SHOWN_DETAIL_CHARACTERS = 300;

type Place = ArgumentMetadata['type'];

/** Parses what a handler is given by the schema of its parameter, and points at every field that breaks a rule. */
export class SchemaValidationPipe implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { schema } = metadata;
    if (schema === undefined) return value;
    const result = await schema['~standard'].validate(value);
    if (result.issues === undefined) return result.value;
    const faults = result.issues.flatMap((issue) => faultsOf(issue as z.core.$ZodIssue, metadata)).slice(0, MOST_FAULTS);
    throw glueProblem('validation-failed', summaryOf(faults), { faults });
  }
}

function faultsOf(issue: z.core.$ZodIssue, { type, data }: ArgumentMetadata): readonly FieldFault[] {
  const path = data === undefined ? issue.path : [data, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [fault(pointerTo(type, path), issue.code, issue.message)];
  return issue.keys.map((key) => fault(pointerTo(type, [...path, key]), 'unknown-field', `${nameOf(key)} is not a field here`));
}

const fault = (pointer: string, code: string, detail: string): FieldFault => ({
  pointer,
  code: code.replaceAll('_', '-'),
  detail: detail.slice(0, SHOWN_DETAIL_CHARACTERS),
});

const nameOf = (key: string): string => JSON.stringify(key.slice(0, 60));

/** RFC 6901 for bodies; `?name` for query parameters, `{name}` for parts of the path. */
function pointerTo(place: Place, path: readonly PropertyKey[]): string {
  const names = path.map((part) => String(part).slice(0, 100));
  if (place === 'query') return `?${names.join('.')}`;
  if (place === 'param') return `{${names.join('.')}}`;
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function summaryOf(faults: readonly FieldFault[]): string {
  const [first] = faults;
  if (first === undefined) return 'a field breaks its rule';
  const rest = faults.length === 1 ? '' : ` (and ${faults.length - 1} more, see errors)`;
  return `${first.pointer || 'the body'}: ${first.detail}${rest}`;
}
