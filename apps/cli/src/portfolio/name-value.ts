import { failure } from '../terminal/cli-failure.js';

/** `--cap name=value`: numbers, and `none` for a limit that can be lifted. What the names are, the API says. */
export function capsOf(options: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(options.map(capOf));
}

function capOf(option: string): [string, number | null] {
  const [, name, text] = /^(\w{1,40})=(.{1,40})$/.exec(option) ?? [];
  if (name !== undefined && text === 'none') return [name, null];
  if (name !== undefined && /^\d+(\.\d+)?$/.test(text ?? '')) return [name, Number(text)];
  const detail = `--cap must be name=number, such as maxDrawdown=0.4 (received ${JSON.stringify(option.slice(0, 60))})`;
  throw failure('usage', { code: 'malformed-option', title: 'Wrong use', detail });
}

/** As people type them; whether they are assets, the API says. */
export const assetsOf = (list: string): string[] => list.split(',').map((asset) => asset.trim().toUpperCase()).filter((asset) => asset !== '');
