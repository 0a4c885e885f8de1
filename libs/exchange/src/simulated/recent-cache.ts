/** Keeps the last `capacity` to 2 × `capacity` entries that were asked for, without touching a list on every look. */
export class RecentCache<Value> {
  private young = new Map<number, Value>();
  private old = new Map<number, Value>();

  constructor(private readonly capacity: number) {}

  get(key: number, make: () => Value): Value {
    const found = this.young.get(key);
    if (found !== undefined) return found;
    const value = this.old.get(key) ?? make();
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
    return value;
  }
}
