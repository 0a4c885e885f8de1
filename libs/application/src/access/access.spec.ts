import { createHash } from 'node:crypto';
import type { AccessToken, NewAccessToken } from './access-token.js';
import { formatToken, isWellFormedToken, tokenSha256 } from './access-token.js';
import type { AccessTokenStore } from './access-token-store.port.js';
import { createToken, ensureFirstToken, type TokenIssue } from './issue-token.js';
import { isUseDue, LAST_USE_RESOLUTION_MS, verifyToken } from './verify-token.js';

/** Behaves as the database does: one first token, looked up by hash. */
class StoreInMemory implements AccessTokenStore {
  readonly rows: NewAccessToken[] = [];
  readonly uses: number[] = [];
  lookUps = 0;

  async addFirst(token: NewAccessToken, handOver: () => Promise<void>): Promise<boolean> {
    if (this.rows.length > 0) return false;
    await handOver();
    this.rows.push(token);
    return true;
  }

  async add(token: NewAccessToken): Promise<void> {
    this.rows.push(token);
  }

  async findBySha256(sha256: string): Promise<AccessToken | null> {
    this.lookUps += 1;
    const row = this.rows.find((candidate) => candidate.tokenSha256 === sha256);
    return row === undefined ? null : { id: row.id, name: row.name, lastUsedAtMs: this.uses.at(-1) ?? null };
  }

  async markUsed(_id: string, atMs: number): Promise<void> {
    this.uses.push(atMs);
  }
}

function anIssue(store: AccessTokenStore): TokenIssue {
  let made = 0;
  return {
    store,
    clock: { nowMs: () => 1_000 },
    ids: { next: (prefix) => `${prefix}_${(made += 1)}` },
    secrets: { bytes: (count) => new Uint8Array(count).fill(made) },
  };
}

describe('a token', () => {
  it('is reb_ and 32 bytes as base64url', () => {
    // 32 zero bytes are 42 whole sextets of zero and one of four zero bits: 43 times A.
    expect(formatToken(new Uint8Array(32))).toBe(`reb_${'A'.repeat(43)}`);
    expect(() => formatToken(new Uint8Array(31))).toThrow('32 bytes');
  });

  it.each(['', 'reb_', `reb_${'A'.repeat(42)}`, `reb_${'A'.repeat(44)}`, `REB_${'A'.repeat(43)}`, `reb_${'A'.repeat(42)}=`, `reb_${'A'.repeat(43)}\n`])(
    'is not %j',
    (text) => {
      expect(isWellFormedToken(text)).toBe(false);
    },
  );
});

describe('the first token', () => {
  it('is handed over once, and only its hash is stored', async () => {
    const store = new StoreInMemory();
    const handed: string[] = [];
    const handOver = async (token: string): Promise<void> => void handed.push(token);
    expect(await ensureFirstToken(anIssue(store), handOver)).toBe(true);
    expect(await ensureFirstToken(anIssue(store), handOver)).toBe(false);
    expect(handed).toHaveLength(1);
    expect(store.rows.map((row) => row.tokenSha256)).toEqual([createHash('sha256').update(handed[0] ?? '').digest('hex')]);
  });

  it('is not stored when it cannot be handed over', async () => {
    const store = new StoreInMemory();
    await expect(ensureFirstToken(anIssue(store), () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(store.rows).toHaveLength(0);
  });
});

describe('verifying', () => {
  it('finds the token that was made, and no other', async () => {
    const store = new StoreInMemory();
    const check = { store, clock: { nowMs: () => 5_000 } };
    const token = await createToken(anIssue(store), 'laptop');
    expect(await verifyToken(check, token)).toMatchObject({ name: 'laptop' });
    expect(await verifyToken(check, `reb_${'z'.repeat(43)}`)).toBeNull();
  });

  it('asks the database nothing about what is no token', async () => {
    const store = new StoreInMemory();
    expect(await verifyToken({ store, clock: { nowMs: () => 0 } }, "' OR 1=1 --")).toBeNull();
    expect(store.lookUps).toBe(0);
  });

  it('writes the last use once a minute', async () => {
    const store = new StoreInMemory();
    const token = await createToken(anIssue(store), 'laptop');
    for (const nowMs of [0, 1, LAST_USE_RESOLUTION_MS - 1, LAST_USE_RESOLUTION_MS, LAST_USE_RESOLUTION_MS + 1]) {
      await verifyToken({ store, clock: { nowMs: () => nowMs } }, token);
    }
    expect(store.uses).toEqual([0, LAST_USE_RESOLUTION_MS]);
    expect(isUseDue(null, 0)).toBe(true);
  });

  it('hashes as SHA-256 does', () => {
    // FIPS 180-2, appendix B.1.
    expect(tokenSha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
