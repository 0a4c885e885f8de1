/** What takes part in a transaction: it remembers how to take back what was done since its begin. */
export interface UndoLog {
  add(undo: () => void): void;
}

/** Told of every row that is written, in the transaction: a throw takes the whole transaction back. */
export type RowWatcher<Row> = (after: Row, before: Row | null) => void;

/** Rows by key, in the order in which they came to be. Rows are never changed in place: a change is another row. */
export class Table<Row extends object> {
  private readonly rows = new Map<string, Row>();
  private readonly watchers: RowWatcher<Row>[] = [];
  private readonly indexes: { readonly valueOf: (row: Row) => string | null; readonly index: Map<string, Set<string>> }[] = [];

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

  watch(watcher: RowWatcher<Row>): void {
    this.watchers.push(watcher);
  }

  /** Rows by something that they never change (null: left out), in the order in which they came to be. To be called while the table is empty. */
  indexBy(valueOf: (row: Row) => string | null): (value: string) => readonly Row[] {
    const index = new Map<string, Set<string>>();
    this.indexes.push({ valueOf, index });
    return (value) => [...(index.get(value) ?? [])].map((key) => this.rows.get(key)!);
  }

  /** @throws Error where the key is taken: callers that may meet it look first */
  insert(row: Row): Row {
    const key = this.keyOf(row);
    if (this.rows.has(key)) throw new Error(`${this.name} has ${key} already`);
    return this.put(key, row, null);
  }

  /** The row with these fields changed. @throws Error where there is none */
  update(key: string, change: Partial<Row>): Row {
    const before = this.rows.get(key);
    if (before === undefined) throw new Error(`${this.name} has no ${key}`);
    return this.put(key, { ...before, ...change }, before);
  }

  delete(key: string): void {
    const before = this.rows.get(key);
    if (before === undefined) return;
    this.remove(key, before);
    // Its place among the others is lost; nothing that is deleted is read in order.
    this.undoLog.add(() => this.add(key, before));
  }

  private put(key: string, row: Row, before: Row | null): Row {
    if (before === null) this.add(key, row);
    else this.rows.set(key, row);
    this.undoLog.add(() => void (before === null ? this.remove(key, row) : this.rows.set(key, before)));
    for (const watcher of this.watchers) watcher(row, before);
    return row;
  }

  private add(key: string, row: Row): void {
    this.rows.set(key, row);
    for (const { valueOf, index } of this.indexes) {
      const value = valueOf(row);
      if (value === null) continue;
      const keys = index.get(value);
      if (keys === undefined) index.set(value, new Set([key]));
      else keys.add(key);
    }
  }

  private remove(key: string, row: Row): void {
    this.rows.delete(key);
    for (const { valueOf, index } of this.indexes) index.get(valueOf(row) ?? '')?.delete(key);
  }
}
