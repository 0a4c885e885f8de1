import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who needs the price of which market, and which ingestor looks at which group of markets. */
export class PriceWatch1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ingest_lease, ingest_presence, price_watch');
  }
}

const VENUE = `text NOT NULL CHECK (venue ~ '^[A-Z0-9]{1,20}$')`;
const INGESTOR = (column: string) => `text NOT NULL CHECK (char_length(${column}) BETWEEN 1 AND 200)`;

const UP = [
  // Followed series need no rows here: they are read from their own table.
  `CREATE TABLE price_watch (
     venue     ${VENUE},
     watcher   text NOT NULL CHECK (char_length(watcher) BETWEEN 1 AND 64),
     market_id text NOT NULL CHECK (char_length(market_id) BETWEEN 1 AND 64),
     shard     smallint CHECK (shard >= 0),
     PRIMARY KEY (venue, watcher, market_id)
   )`,
  // Rewritten every few seconds by each ingestor: room on the page keeps the updates off the index.
  `CREATE TABLE ingest_presence (
     venue      ${VENUE},
     ingestor   ${INGESTOR('ingestor')},
     seen_until timestamptz NOT NULL,
     PRIMARY KEY (venue, ingestor)
   ) WITH (fillfactor = 50)`,
  `CREATE TABLE ingest_lease (
     venue        ${VENUE},
     group_number smallint NOT NULL CHECK (group_number >= 0),
     holder       ${INGESTOR('holder')},
     epoch        integer NOT NULL DEFAULT 1,
     lease_until  timestamptz NOT NULL,
     PRIMARY KEY (venue, group_number)
   ) WITH (fillfactor = 50)`,
];
