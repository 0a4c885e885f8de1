/// <reference types="jest" />
import { ulid } from 'ulid';
import type { AccountStore, KillSwitchStore, SwitchScope } from '#application';

export interface KillSwitchStoreSubject {
  readonly store: KillSwitchStore;
  readonly accounts: AccountStore;
  /** A paper portfolio with an account of its own. */
  readonly portfolio: () => Promise<{ readonly portfolioId: string; readonly accountId: string }>;
  readonly deletePortfolio: (portfolioId: string) => Promise<void>;
  /** A claim that has seen the switches, and an engagement that comes before it commits, as far as the store lets it: what happened, in its order. */
  readonly engageDuringClaim: (scope: SwitchScope, engage: () => Promise<unknown>) => Promise<readonly ClaimStep[]>;
  readonly close: () => Promise<void>;
}

export type ClaimStep = 'claim saw run' | 'claim saw a switch' | 'claim commits' | 'engagement is seen' | 'engaged';

type At = () => KillSwitchStoreSubject;

const START_MS = 1_767_225_600_000;
const SET_MS = START_MS + 1_000;

/** What every adapter of KillSwitchStore must do, whatever stands behind it. Registers tests under the name. */
export function killSwitchStoreConformance(name: string, makeSubject: () => Promise<KillSwitchStoreSubject>): void {
  describe(`KillSwitchStore by ${name}`, () => {
    let subject: KillSwitchStoreSubject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.close());
    const at = (): KillSwitchStoreSubject => subject;
    describe('engaging', () => testEngaging(at));
    describe('releasing', () => testReleasing(at));
    describe('the scope of a release', () => testScopes(at));
  });
}

const aScope = (): SwitchScope => `account:live-${ulid()}`;

const engage = (at: At, scope: SwitchScope, state: 'reduce-only' | 'halt' = 'halt', change: { readonly reason?: string; readonly setMs?: number } = {}) =>
  at().store.engage({ scope, state, reason: 'drill', setBy: 'an operator', setMs: SET_MS, ...change });

const release = (at: At, scope: SwitchScope) => at().store.release(scope, 'an operator', 'all is well', SET_MS + 5_000);

async function reconcile(at: At, accountId: string, requestedMs: number, isEqual = true): Promise<void> {
  await at().accounts.finishReconciliation(
    {
      id: `rc_${ulid()}`, accountId, cause: 'kill-switch', state: 'done', isEqual, assetCount: 1, problem: null, requestedMs, finishedMs: requestedMs + 1,
      differences: isEqual ? [] : [{ asset: 'USDT', booked: '1', venue: '2', tolerance: '0' }],
    },
    0,
  );
}

function testEngaging(at: At): void {
  const engagedAt = async (scope: SwitchScope) => (await at().store.engaged()).filter((one) => one.scope === scope);

  it('is seen at once, with who, when and why', async () => {
    const scope = aScope();
    const engaged = await engage(at, scope, 'reduce-only');
    expect(engaged).toEqual({ scope, state: 'reduce-only', reason: 'drill', setBy: 'an operator', setMs: SET_MS, version: 1 });
    expect(await engagedAt(scope)).toEqual([engaged]);
  });

  it('gets stricter, and never milder', async () => {
    const scope = aScope();
    await engage(at, scope, 'reduce-only');
    const halt = await engage(at, scope, 'halt', { setMs: SET_MS + 1 });
    expect(halt).toMatchObject({ state: 'halt', version: 2 });
    expect(await engage(at, scope, 'reduce-only', { setMs: SET_MS + 2 })).toEqual(halt);
    expect(await engagedAt(scope)).toEqual([halt]);
  });

  it('again for the same reason is the same switch, for another a newer one', async () => {
    const scope = aScope();
    const first = await engage(at, scope);
    expect(await engage(at, scope, 'halt', { setMs: SET_MS + 1 })).toEqual(first);
    expect(await engage(at, scope, 'halt', { setMs: SET_MS + 2, reason: 'overfilled' })).toMatchObject({ version: 2, setMs: SET_MS + 2 });
  });

  it('by several at the same moment leaves the strictest', async () => {
    const scope = aScope();
    await Promise.all((['reduce-only', 'halt', 'reduce-only', 'halt', 'reduce-only'] as const).map((state) => engage(at, scope, state)));
    expect(await engagedAt(scope)).toMatchObject([{ state: 'halt' }]);
  });

  it('waits for a claim that has seen the switches, and is committed when it resolves', async () => {
    const scope = aScope();
    expect(await at().engageDuringClaim(scope, () => engage(at, scope))).toEqual(['claim saw run', 'claim commits', 'engaged']);
    expect(await engagedAt(scope)).toHaveLength(1);
  });

  it('is told newest first', async () => {
    const scope = aScope();
    await engage(at, scope, 'reduce-only', { setMs: SET_MS + 100_000 });
    await engage(at, scope, 'halt', { setMs: SET_MS + 100_001 });
    const [last, first] = await at().store.history(2);
    expect([last, first]).toMatchObject([{ scope, state: 'halt', version: 2 }, { scope, state: 'reduce-only', version: 1 }]);
  });
}

function testReleasing(at: At): void {
  it('needs a switch that is set', async () => {
    const scope = aScope();
    expect(await release(at, scope)).toEqual({ kind: 'not-set' });
    await engage(at, scope);
    expect(await release(at, scope)).toMatchObject({ kind: 'released' });
    expect(await release(at, scope)).toEqual({ kind: 'not-set' });
  });

  it('needs books that were found equal by a comparison asked for since', async () => {
    const { accountId } = await at().portfolio();
    const scope = `account:${accountId}` as const;
    await engage(at, scope);
    await reconcile(at, accountId, SET_MS);
    expect(await release(at, scope)).toEqual({ kind: 'unreconciled', accountIds: [accountId] });
    await reconcile(at, accountId, SET_MS + 1);
    expect(await release(at, scope)).toEqual({
      kind: 'released',
      killSwitch: { scope, state: 'run', reason: 'all is well', setBy: 'an operator', setMs: SET_MS + 5_000, version: 2 },
    });
    expect((await at().store.engaged()).filter((one) => one.scope === scope)).toEqual([]);
  });

  it('is not possible where a later comparison found a difference', async () => {
    const { accountId } = await at().portfolio();
    const scope = `account:${accountId}` as const;
    await engage(at, scope);
    await reconcile(at, accountId, SET_MS + 1);
    await reconcile(at, accountId, SET_MS + 10, false);
    expect(await release(at, scope)).toEqual({ kind: 'unreconciled', accountIds: [accountId] });
  });

  it('counts from the newest reason', async () => {
    const { accountId } = await at().portfolio();
    const scope = `account:${accountId}` as const;
    await engage(at, scope);
    await reconcile(at, accountId, SET_MS + 1);
    await engage(at, scope, 'halt', { reason: 'overfilled', setMs: SET_MS + 2 });
    expect(await release(at, scope)).toMatchObject({ kind: 'unreconciled' });
  });

  it('can be followed by another engagement', async () => {
    const scope = aScope();
    await engage(at, scope);
    await release(at, scope);
    expect(await engage(at, scope, 'reduce-only')).toMatchObject({ state: 'reduce-only', version: 3 });
  });
}

function testScopes(at: At): void {
  it('of a portfolio concerns its account', async () => {
    const [own, other] = [await at().portfolio(), await at().portfolio()];
    const scope = `portfolio:${own.portfolioId}` as const;
    await engage(at, scope);
    await reconcile(at, other.accountId, SET_MS + 1);
    expect(await release(at, scope)).toEqual({ kind: 'unreconciled', accountIds: [own.accountId] });
    await reconcile(at, own.accountId, SET_MS + 1);
    expect(await release(at, scope)).toMatchObject({ kind: 'released' });
  });

  it('of all concerns every account that something can be traded at, and of a portfolio that is gone none', async () => {
    const [one, gone] = [await at().portfolio(), await at().portfolio()];
    await engage(at, `portfolio:${gone.portfolioId}`);
    await at().deletePortfolio(gone.portfolioId);
    expect(await release(at, `portfolio:${gone.portfolioId}`)).toMatchObject({ kind: 'released' });
    await engage(at, 'all');
    const refused = await release(at, 'all');
    const unreconciled = refused.kind === 'unreconciled' ? refused.accountIds : [];
    expect(unreconciled).toContain(one.accountId);
    expect(unreconciled).not.toContain(gone.accountId);
    for (const accountId of unreconciled) await reconcile(at, accountId, SET_MS + 1);
    expect(await release(at, 'all')).toMatchObject({ kind: 'released' });
  });
}
