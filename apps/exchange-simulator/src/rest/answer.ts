/** What goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a request ends: with an answer, whole or cut off after so many bytes of its body, or without one. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly cutAfterBytes?: number }
  | { readonly kind: 'reset' }
  /** The connection stays open, and nothing ever comes. */
  | { readonly kind: 'silence' };

const JSON_TYPE = 'application/json;charset=utf-8';
const HTML_TYPE = 'text/html;charset=utf-8';

export function jsonAnswer(value: unknown, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value), headers };
}

export function htmlAnswer(title: string, status: number, headers: Answer['headers'] = {}): Answer {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, contentType: HTML_TYPE, body, headers };
}

/** MEXC's form of an error. */
export function errorAnswer(code: number, msg: string, status = 400, headers: Answer['headers'] = {}): Answer {
  return jsonAnswer({ code, msg, _extend: null }, status, headers);
}
