/** A request as it arrived. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  /** Exactly as sent, without the question mark: signatures are over this text. */
  readonly rawQuery: string;
  readonly body: string;
  /** Of query and body; a name in both means the query's. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly apiKey: string | null;
  readonly contentType: string | null;
  readonly address: string;
}

export interface RequestParts {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly body: string;
  readonly apiKey: string | null;
  readonly contentType: string | null;
  readonly address: string;
}

export function parseRequest({ method, target, body, apiKey, contentType, address }: RequestParts): RestRequest {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const rawQuery = mark === -1 ? '' : target.slice(mark + 1);
  const parameters = new Map([...(body === '' ? [] : bodyParameters(body)), ...(rawQuery === '' ? [] : new URLSearchParams(rawQuery))]);
  return { method, path, rawQuery, body, parameters, apiKey, contentType, address };
}

/** Form fields, or the members of a JSON object: MEXC's documents allow both. */
function bodyParameters(body: string): Iterable<[string, string]> {
  if (!body.trimStart().startsWith('{')) return new URLSearchParams(body);
  try {
    const members = Object.entries(JSON.parse(body) as Record<string, unknown>);
    return members.map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  } catch {
    return [];
  }
}
