import { z } from 'zod';
import { defineFault, delayMs, lagMs, type FaultKind } from './define-fault.js';

/** Faults of the way there and back. */
export const TRANSPORT_FAULTS: readonly FaultKind[] = [
  defineFault({
    name: 'request-lost', rows: [41], words: 'the request is never seen, and nothing answers', parameters: {},
    effectOf: () => ({ at: 'before', outcome: () => ({ kind: 'silence' }) }),
  }),
  defineFault({
    name: 'reply-lost', rows: [42], words: 'accepted, and nothing answers', parameters: {},
    effectOf: () => ({ at: 'reply', outcome: () => ({ kind: 'silence' }) }),
  }),
  defineFault({
    name: 'request-delayed', rows: [43], words: 'the request arrives, and is judged, so much later', parameters: { ms: delayMs(10_000) },
    effectOf: ({ ms }) => ({ at: 'arrival', delayMs: ms }),
  }),
  defineFault({
    name: 'reply-delayed', rows: [42, 43], words: 'accepted at once, answered so much later', parameters: { ms: delayMs(10_000) },
    effectOf: ({ ms }) => ({ at: 'departure', delayMs: ms }),
  }),
  defineFault({
    name: 'reset-before-acceptance', rows: [44], words: 'the connection is reset before anything is accepted', parameters: {},
    effectOf: () => ({ at: 'before', outcome: () => ({ kind: 'reset' }) }),
  }),
  defineFault({
    name: 'reset-after-acceptance', rows: [44], words: 'accepted, then the connection is reset', parameters: {},
    effectOf: () => ({ at: 'reply', outcome: () => ({ kind: 'reset' }) }),
  }),
  defineFault({
    name: 'body-cut', rows: [44], words: 'accepted; the connection breaks after so many bytes of the body', parameters: { bytes: z.int().min(0).max(1_000_000).default(10) },
    effectOf: ({ bytes }) => ({ at: 'reply', outcome: (answer) => ({ kind: 'answer', answer, cutAfterBytes: bytes }) }),
  }),
  defineFault({
    name: 'duplicate', rows: [53], words: "the exchange's edge replays the request: it is accepted so many times, and answered once", parameters: { times: z.int().min(2).max(5).default(2) },
    effectOf: ({ times }) => ({ at: 'acceptance', times }),
  }),
  defineFault({
    name: 'lookup-lag', rows: [54], words: 'orders and fills younger than this are not found yet: -2013, or absent from lists', parameters: { ms: lagMs(5_000) },
    effectOf: ({ ms }) => ({ at: 'lookup', faults: { lagMs: ms } }),
  }),
  defineFault({
    name: 'balances-lag', rows: [54], words: 'the balances of the account do not show yet what fills younger than this did', parameters: { ms: lagMs(5_000) },
    effectOf: ({ ms }) => ({ at: 'lookup', faults: { balancesLagMs: ms } }),
  }),
  defineFault({
    name: 'short-pages', rows: [55], words: 'no page of orders, fills or candles has more rows than this', parameters: { rows: z.int().min(1).max(1_000).default(10) },
    effectOf: ({ rows }) => ({ at: 'lookup', faults: { mostRows: rows } }),
  }),
  defineFault({
    name: 'fills-without-client-order-id', rows: [55], words: 'fills do not tell our id, as in the documented sample', parameters: {},
    effectOf: () => ({ at: 'lookup', faults: { hidesClientOrderIds: true } }),
  }),
];
