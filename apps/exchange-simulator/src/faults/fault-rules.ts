import { z } from 'zod';
import { LIMITS } from '../limits.js';
import type { RestRequest } from '../rest/rest-request.js';
import { faultKind, faultName } from './fault-kinds.js';
import type { FaultEffect } from './fault-effect.js';
import { seededDraws } from './seeded-draws.js';

const PATTERN = /^(\*|GET|POST|DELETE) (\*|\/[\w./*-]{0,200})$/u;
/** No endpoint's is as long; a pattern is not tried on more. */
const LONGEST_PATH = 200;

/** A fault switched on: where, how often, with what parameters. */
export const FaultRequest = z.strictObject({
  fault: faultName,
  on: z.string().regex(PATTERN, 'expected a method and a path, either may be *, such as "POST /api/v3/order" or "* /api/v3/ticker/*"').default('* *'),
  /** Only requests whose parameters have these values. */
  where: z.record(z.string().max(64), z.string().max(200)).refine((names) => Object.keys(names).length <= 10, 'expected at most 10 parameters').default({}),
  rate: z.number().min(0).max(1).default(1),
  seed: z.int().min(0).max(4_294_967_295).default(1),
  /** Spent after so many times; left out: never. */
  limit: z.int().min(1).max(1_000_000).optional(),
  parameters: z.record(z.string().max(64), z.unknown()).default({}),
});

export type FaultRequest = z.infer<typeof FaultRequest>;

interface Rule {
  readonly id: string;
  readonly request: FaultRequest;
  readonly effect: FaultEffect;
  readonly isMeant: (request: RestRequest) => boolean;
  readonly draw: () => number;
  matched: number;
  fired: number;
}

/** What is switched on now. The same seed draws the same requests, counted among those that match. */
export class FaultRules {
  private rules: readonly Rule[] = [];
  private lastId = 0;

  get isFull(): boolean {
    return this.rules.length >= LIMITS.faultRules;
  }

  /** `parameters` must have been parsed by the fault's own schema. */
  add(request: FaultRequest, nowMs: number) {
    this.lastId += 1;
    const rule: Rule = {
      id: `fault-${this.lastId}`, request, effect: faultKind(request.fault).effectOf(request.parameters, nowMs), isMeant: matcherOf(request), draw: seededDraws(request.seed), matched: 0, fired: 0,
    };
    this.rules = [...this.rules, rule];
    return viewOf(rule);
  }

  list() {
    return this.rules.map(viewOf);
  }

  remove(id: string): boolean {
    const kept = this.rules.filter((rule) => rule.id !== id);
    const isFound = kept.length < this.rules.length;
    this.rules = kept;
    return isFound;
  }

  clear(): void {
    this.rules = [];
  }

  /** The effects on one request, in the order in which they were switched on. */
  effectsOn(request: RestRequest): readonly FaultEffect[] {
    if (this.rules.length === 0) return [];
    return this.rules.flatMap((rule) => (fires(rule, request) ? [rule.effect] : []));
  }
}

function fires(rule: Rule, request: RestRequest): boolean {
  if (isSpent(rule) || !rule.isMeant(request)) return false;
  rule.matched += 1;
  if (rule.draw() >= rule.request.rate) return false;
  rule.fired += 1;
  return true;
}

function isSpent({ request, fired }: Rule): boolean {
  return request.limit !== undefined && fired >= request.limit;
}

function matcherOf({ on, where }: FaultRequest): (request: RestRequest) => boolean {
  const [method = '*', path = '*'] = on.split(' ');
  const pattern = new RegExp(`^${path.split('*').map((part) => part.replaceAll('.', '\\.')).join('.*')}$`, 'u');
  const wanted = Object.entries(where);
  return (request) =>
    (method === '*' || method === request.method) && request.path.length <= LONGEST_PATH && pattern.test(request.path) && wanted.every(([name, value]) => request.parameters.get(name) === value);
}

function viewOf(rule: Rule) {
  const { id, request, matched, fired } = rule;
  return { id, ...request, rows: faultKind(request.fault).rows, matched, fired, isSpent: isSpent(rule) };
}
