/** What one look at a plan or an order came to. Jobs carry ids only, so that a second look is always harmless. */
export type ExecutionLook =
  /** Nothing more is to be done by this look: it has ended, or what comes next has a job of its own. */
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'again'; readonly atMs: number; readonly reason: string }
  /** Another process holds the account's key. */
  | { readonly kind: 'not-ours' };
