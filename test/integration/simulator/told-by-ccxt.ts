import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { mexc } from 'ccxt';

export interface RawReply {
  readonly status: number;
  readonly body: string;
}

export type AnswerCcxt = (request: { readonly url: string; readonly method: string; readonly headers: Readonly<Record<string, string>> }) => Promise<RawReply>;

export interface CcxtParts {
  readonly nowMs: number;
  readonly credentials: { readonly key: string; readonly secret: string };
  readonly answer: AnswerCcxt;
}

/** ccxt's mexc as it is, but for its clock and its way to the exchange. */
export async function openToldCcxt({ nowMs, credentials, answer }: CcxtParts): Promise<mexc> {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  const file = path.join(entry.slice(0, entry.lastIndexOf(`${path.sep}ccxt${path.sep}`)), 'ccxt', 'js', 'src', 'mexc.js');
  const { default: Mexc } = (await import(pathToFileURL(file).href)) as { readonly default: typeof mexc };
  class ToldMexc extends Mexc {
    override nonce(): number {
      return nowMs;
    }
  }
  const client = new ToldMexc({ apiKey: credentials.key, secret: credentials.secret, enableRateLimit: false, has: { fetchCurrencies: false } });
  client.milliseconds = () => nowMs;
  client.fetchImplementation = async (url: string, { method, headers }: { readonly method: string; readonly headers: Readonly<Record<string, string>> }) => {
    const { status, body } = await answer({ url, method, headers });
    return new Response(body, { status, headers: { 'content-type': 'application/json' } });
  };
  await client.loadMarkets();
  return client;
}
