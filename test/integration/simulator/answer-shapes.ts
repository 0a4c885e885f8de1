/** What kind of value a member of an answer is; numbers and text that holds one count as the same, as ccxt takes them. */
export type Kind = 'null' | 'boolean' | 'figure' | 'text' | 'list' | 'object';

export type Shape = Readonly<Record<string, Kind>>;

/** An id may happen to be digits, and is text all the same. */
const IDS = new Set(['id', 'orderId', 'clientOrderId']);

export function kindOf(name: string, value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'figure';
  if (typeof value === 'string' && IDS.has(name)) return 'text';
  if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value)) ? 'figure' : 'text';
  return 'object';
}

export function shapeOf(value: unknown): Shape {
  return Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, kindOf(name, member)]));
}

/** How an answer differs from a model: names that are missing or too many, kinds that are others. A null in the model tells no kind. */
export function differences(answer: unknown, model: Shape): readonly string[] {
  const shape = shapeOf(answer);
  const missing = Object.keys(model).filter((name) => !(name in shape)).map((name) => `${name} is missing`);
  const extra = Object.keys(shape).filter((name) => !(name in model)).map((name) => `${name} is too much`);
  const others = Object.entries(model).filter(([name, kind]) => name in shape && kind !== 'null' && shape[name] !== kind).map(([name, kind]) => `${name} is ${shape[name]}, not ${kind}`);
  return [...missing, ...extra, ...others];
}
