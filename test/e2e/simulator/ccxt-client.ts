import type { mexc } from 'ccxt';

export type CcxtMexc = mexc;

export interface ClientOptions {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
}

/** ccxt's mexc class alone, since all of ccxt takes a second to load; its package does not export the file. */
async function loadMexc(): Promise<typeof mexc> {
  const file = new URL('src/mexc.js', import.meta.resolve('ccxt'));
  const loaded = (await import(file.href)) as { readonly default: typeof mexc };
  return loaded.default;
}

/** Every address of it leads to the simulator, and a request to another host is refused. */
export async function openCcxt({ url, key, secret }: ClientOptions): Promise<CcxtMexc> {
  const Mexc = await loadMexc();
  const spot = { public: url, private: url };
  const client = new Mexc({
    apiKey: key, secret, enableRateLimit: true, rateLimit: 25, options: { adjustForTimeDifference: true },
    urls: { api: { spot, spot2: spot, contract: { public: `${url}/api/v1/contract`, private: `${url}/api/v1/private` }, broker: { private: url } } },
  });
  const fetch = client.fetch.bind(client);
  client.fetch = (address: string, ...rest: unknown[]) => {
    if (!address.startsWith(`${url}/`)) throw new Error(`not the simulator: ${address}`);
    return (fetch as (...all: unknown[]) => Promise<unknown>)(address, ...rest);
  };
  return client;
}
