import type { LookupFaults } from '../dialect/call.js';
import type { Answer, Outcome } from '../rest/answer.js';
import type { RestRequest } from '../rest/rest-request.js';

/** What the answer's data is changed by. */
export interface DataContext {
  readonly request: RestRequest;
  readonly serverMs: number;
}

/** What a fault does to one request, and when. */
export type FaultEffect =
  /** Nothing of the request is accepted. */
  | { readonly at: 'before'; readonly outcome: () => Outcome }
  /** It arrives, and is judged, so much later. */
  | { readonly at: 'arrival'; readonly delayMs: number }
  /** It is accepted so many times. */
  | { readonly at: 'acceptance'; readonly times: number }
  | { readonly at: 'lookup'; readonly faults: Partial<LookupFaults> }
  | { readonly at: 'data'; readonly change: (value: unknown, context: DataContext) => unknown }
  /** Whatever was accepted stays so. */
  | { readonly at: 'reply'; readonly outcome: (answer: Answer) => Outcome }
  | { readonly at: 'departure'; readonly delayMs: number };

export type FaultPhase = FaultEffect['at'];
export type EffectAt<Phase extends FaultPhase> = Extract<FaultEffect, { at: Phase }>;

export function effectsAt<Phase extends FaultPhase>(effects: readonly FaultEffect[], phase: Phase): readonly EffectAt<Phase>[] {
  return effects.filter((effect): effect is EffectAt<Phase> => effect.at === phase);
}
