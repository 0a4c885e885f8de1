import { StoreFailure } from '#application';

/** What takes part in a transaction: it remembers how to take back what was done since its begin. */
export interface UndoLog {
  add(undo: () => void): void;
}

/** What Postgres' trigger before a change, and its columns' types, make of the row that was to be written. */
export type RowAmender<Row> = (after: Row, before: Row | null) => Row;

/** Told of every row that is written, in the transaction: a throw takes the whole transaction back. */
export type RowWatcher<Row> = (after: Row, before: Row | null) => void;

interface Bucket<Row> {
  readonly rows: Map<string, Row>;
  /** What was told of it last; null: it has changed since. */
  list: readonly Row[] | null;
}

interface Index<Row> {
  readonly valueOf: (row: Row) => string | null;
  readonly buckets: Map<string, Bucket<Row>>;
}

const NONE: readonly never[] = [];

/** Rows by key, in the order in which they came to be. Rows are never changed in place: a change is another row. */
export class Table<Row extends object> {
  private readonly rows = new Map<string, Row>();
  private readonly amenders: RowAmender<Row>[] = [];
  private readonly watchers: RowWatcher<Row>[] = [];
  private readonly deletionWatchers: ((row: Row) => void)[] = [];
  private readonly indexes: Index<Row>[] = [];

  constructor(
    readonly name: string,
    private readonly keyOf: (row: Row) => string,
    private readonly undoLog: UndoLog,
  ) {}

  get size(): number {
    return this.rows.size;
  }

  get(key: string): Row | undefined {
    return this.rows.get(key);
  }

  all(): IterableIterator<Row> {
    return this.rows.values();
  }

  filter(isWanted: (row: Row) => boolean): Row[] {
    return [...this.rows.values()].filter(isWanted);
  }

  /** Amenders see what those before them have made of the row; watchers see what came of it. */
  amend(amender: RowAmender<Row>): void {
    this.amenders.push(amender);
  }

  watch(watcher: RowWatcher<Row>): void {
    this.watchers.push(watcher);
  }

  watchDeletions(watcher: (row: Row) => void): void {
    this.deletionWatchers.push(watcher);
  }

  /** Rows by something that they have (null: left out), in the order in which they came to have it. To be called while the table is empty. */
  indexBy(valueOf: (row: Row) => string | null): (value: string) => readonly Row[] {
    if (this.size > 0) throw new Error(`${this.name} has rows already: an index over it would miss them`);
    const buckets = new Map<string, Bucket<Row>>();
    this.indexes.push({ valueOf, buckets });
    return (value) => {
      const bucket = buckets.get(value);
      if (bucket === undefined) return NONE;
      bucket.list ??= [...bucket.rows.values()];
      return bucket.list;
    };
  }

  /** @throws StoreFailure where the key is taken: callers that may meet it look first */
  insert(row: Row): Row {
    const amended = this.amended(row, null);
    const key = this.keyOf(amended);
    if (this.rows.has(key)) throw new StoreFailure('refused', `${this.name} has ${key} already`, { cause: null });
    return this.put(key, amended, null);
  }

  /** The row with these fields changed. @throws Error where there is none */
  update(key: string, change: Partial<Row>): Row {
    const before = this.rows.get(key);
    if (before === undefined) throw new Error(`${this.name} has no ${key}`);
    return this.put(key, this.amended({ ...before, ...change }, before), before);
  }

  delete(key: string): void {
    const before = this.rows.get(key);
    if (before === undefined) return;
    for (const watcher of this.deletionWatchers) watcher(before);
    this.rows.delete(key);
    this.reindex(key, before, null);
    // Its place among the others is lost; nothing that is deleted is read in order.
    this.undoLog.add(() => {
      this.rows.set(key, before);
      this.reindex(key, null, before);
    });
  }

  private amended(row: Row, before: Row | null): Row {
    let amended = row;
    for (const amender of this.amenders) amended = amender(amended, before);
    return amended;
  }

  private put(key: string, row: Row, before: Row | null): Row {
    this.rows.set(key, row);
    this.reindex(key, before, row);
    this.undoLog.add(() => {
      if (before === null) this.rows.delete(key);
      else this.rows.set(key, before);
      this.reindex(key, row, before);
    });
    for (const watcher of this.watchers) watcher(row, before);
    return row;
  }

  private reindex(key: string, before: Row | null, after: Row | null): void {
    for (const { valueOf, buckets } of this.indexes) {
      const from = before === null ? null : valueOf(before);
      const to = after === null ? null : valueOf(after);
      if (from !== null && from !== to) leave(buckets, from, key);
      if (to !== null) join(buckets, to, key, after!);
    }
  }
}

/** Whoever is in it already keeps his place. */
function join<Row>(buckets: Map<string, Bucket<Row>>, value: string, key: string, row: Row): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) return void buckets.set(value, { rows: new Map([[key, row]]), list: null });
  bucket.rows.set(key, row);
  bucket.list = null;
}

function leave<Row>(buckets: Map<string, Bucket<Row>>, value: string, key: string): void {
  const bucket = buckets.get(value)!;
  bucket.rows.delete(key);
  bucket.list = null;
  if (bucket.rows.size === 0) buckets.delete(value);
}
