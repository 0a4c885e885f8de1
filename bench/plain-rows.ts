import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** One candle a row, as a table of candles is made when nobody thinks of columns; the peer of bench/candles.ts. */
export async function makePlainRows(
  url: string,
  panel: { readonly seriesCount: number; readonly barsPerSeries: number; readonly startMs: number; readonly intervalMs: number },
): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`CREATE TABLE plain_candle (series_id int, open_time_ms bigint, open float8, high float8, low float8,
      close float8, volume float8, PRIMARY KEY (series_id, open_time_ms))`);
    await client.query(
      `INSERT INTO plain_candle SELECT series, $3::bigint + bar * $4::bigint, price, price * 2, price / 2, price * 1.25, bar % 1000
         FROM generate_series(0, $1::int - 1) AS series, generate_series(0, $2::int - 1) AS bar,
              LATERAL (SELECT 1 + ((bar::bigint * 7919 + series * 104729) % 100000)::float8 / 1000 AS price) AS priced`,
      [panel.seriesCount, panel.barsPerSeries, panel.startMs, panel.intervalMs],
    );
    await client.query('VACUUM ANALYZE plain_candle');
  });
}

const BINARY_HEADER_BYTES = 19;
/** Field count, then seven fields, each with its length: 2 + 7 × 4 + 4 + 6 × 8. */
const ROW_BYTES = 82;

/** All rows by binary COPY into columns; returns the sum of all figures, for comparison. Each row has one length, since no field is NULL. */
export async function readPlainRowsByCopy(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM plain_candle');
    const columns = Array.from({ length: 6 }, () => new Float64Array(Number(rows[0]!.count)));
    const stream = client.query(
      copyTo('COPY (SELECT * FROM plain_candle ORDER BY series_id, open_time_ms) TO STDOUT (FORMAT binary)'),
    );
    await fillColumns(stream, columns);
    return sumOf(columns);
  });
}

async function fillColumns(stream: AsyncIterable<Buffer>, columns: readonly Float64Array[]): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let [row, skipped] = [0, false];
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = skipped ? 0 : BINARY_HEADER_BYTES;
    skipped = true;
    for (; at + ROW_BYTES <= bytes.length; at += ROW_BYTES) takeRow(bytes, at, columns, row++);
    rest = bytes.subarray(at);
  }
}

function takeRow(bytes: Buffer, at: number, columns: readonly Float64Array[], row: number): void {
  const timeAt = at + 2 + 8 + 4;
  columns[0]![row] = bytes.readUInt32BE(timeAt) * 0x1_0000_0000 + bytes.readUInt32BE(timeAt + 4);
  for (let column = 1; column < 6; column++) columns[column]![row] = bytes.readDoubleBE(timeAt + column * 12);
}

function sumOf(columns: readonly Float64Array[]): number {
  let sum = 0;
  for (const column of columns) for (const value of column) sum += value;
  return sum;
}

/** All rows as the objects that a query returns, one series at a time, or they would not fit into memory. */
export async function readPlainRowsAsObjects(url: string, seriesCount: number): Promise<void> {
  await withClient(url, async (client) => {
    for (let series = 0; series < seriesCount; series++) {
      await client.query('SELECT * FROM plain_candle WHERE series_id = $1 ORDER BY open_time_ms', [series]);
    }
  });
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
