import { Html, html } from './html.js';
import { STYLE } from './result-style.js';

export interface Frame {
  readonly title: string;
  /** Seconds after which a browser asks again: for what is not finished yet. */
  readonly refreshSeconds?: number;
}

/** One self-contained document: no script, no request but the page itself. */
export function framed({ title, refreshSeconds }: Frame, body: Html): string {
  const refresh = refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${refresh}
<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><main>
${body}
</main></body></html>
`;
  return document.text;
}
