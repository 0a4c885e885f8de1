import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Access tokens: what is stored opens nothing, since only the hash is. Rows are revoked, not deleted. */
export class Access1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access_token (
        id           text PRIMARY KEY CHECK (id ~ '^tok_[0-7][0-9A-HJKMNP-TV-Z]{25}$'),
        name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
        token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
        created_at   timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at   timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access_token');
  }
}
