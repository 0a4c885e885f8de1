const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;
const EPOCH_MS = /^\d{12,13}$/;

export type ParsedInstant = { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly rule: string };

/**
 * A moment as people type it: a date (its 00:00 UTC), an ISO 8601 time (UTC where no offset is given: no result may
 * depend on the zone of the machine that asked for it), or epoch milliseconds.
 */
export function parseInstant(text: string): ParsedInstant {
  if (EPOCH_MS.test(text)) return { ok: true, ms: Number(text) };
  if (/^\d{10}$/.test(text)) return refused(`looks like seconds; milliseconds would be ${text}000`);
  if (/^\d{16}$/.test(text)) return refused(`looks like microseconds; milliseconds would be ${text.slice(0, 13)}`);
  if (!DATE.test(text) && !DATE_TIME.test(text))
    return refused('must be a date such as 2024-01-31, an ISO 8601 time or epoch milliseconds');
  const ms = Date.parse(inUtc(text));
  // Date.parse takes 31 February for 3 March; the text must come back as it was.
  if (Number.isNaN(ms) || !isCalendarDate(text.slice(0, 10))) return refused('is not a date of the calendar');
  return { ok: true, ms };
}

function inUtc(text: string): string {
  if (DATE.test(text)) return `${text}T00:00:00Z`;
  const iso = text.replace(' ', 'T');
  return /(Z|[+-]\d{2}:\d{2})$/.test(iso) ? iso : `${iso}Z`;
}

function isCalendarDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

const refused = (rule: string): ParsedInstant => ({ ok: false, rule });
