const NOTHING = '-';

/** 0.1234 as `12.3 %`; with `signed`, a gain carries its plus. */
export function percent(fraction: number | null, options: { readonly signed?: boolean; readonly digits?: number } = {}): string {
  if (fraction === null) return NOTHING;
  const text = withoutNegativeZero((fraction * 100).toFixed(options.digits ?? 1));
  const sign = options.signed && Number(text) > 0 ? '+' : '';
  return `${sign}${grouped(text)} %`;
}

/** The distance of two returns, in percentage points. */
export function percentagePoints(difference: number): string {
  const text = withoutNegativeZero((difference * 100).toFixed(1));
  return `${Number(text) > 0 ? '+' : ''}${grouped(text)} pp`;
}

export function decimal(value: number | null, digits = 2): string {
  return value === null ? NOTHING : grouped(withoutNegativeZero(value.toFixed(digits)));
}

export function whole(value: number): string {
  return grouped(String(Math.round(value)));
}

/** `2024-01-31 12:05`, UTC. */
export function minute(instant: string | number | null): string {
  return instant === null ? NOTHING : new Date(instant).toISOString().slice(0, 16).replace('T', ' ');
}

/** 1,234,567 as `1.2 M`: for rates that change while they are read. */
export function compact(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 1e4 ? `${(value / 1e3).toFixed(0)} k` : whole(value);
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const grouped = (text: string): string => text.replace(/^-?\d+/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ','));

const withoutNegativeZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text);
