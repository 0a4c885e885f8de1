/** Text that is markup already; anything else is escaped where it is put into a template. */
export class Html {
  constructor(readonly text: string) {}
}

type Insert = Html | string | number | null | readonly Html[];

/** The only way to make markup: `html\`<b>${name}</b>\`` escapes the name, wherever it stands between quotes or tags. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(parts.reduce((text, part, index) => text + textOf(inserts[index - 1] ?? null) + part));
}

function textOf(insert: Insert): string {
  if (insert === null) return '';
  if (insert instanceof Html) return insert.text;
  if (typeof insert === 'object') return insert.map(({ text }) => text).join('');
  return String(insert).replaceAll(/[&<>"'`]/gu, (character) => `&#${character.codePointAt(0)};`);
}
