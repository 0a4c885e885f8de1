/**
 * Has ccxt's mexc class send requests without caring for the answers. Standard input is JSON: `markets` by symbol in ccxt's
 * own form, and the `calls` to make, each a method and its arguments.
 */
import { text } from 'node:stream/consumers';
import { openCcxt } from './ccxt-client.js';

interface Input {
  readonly url: string;
  readonly markets: Readonly<Record<string, unknown>>;
  readonly calls: readonly { readonly method: string; readonly input: readonly unknown[] }[];
}

const { url, markets, calls } = JSON.parse(await text(process.stdin)) as Input;
const client = await openCcxt({ url, key: 'simulator-key', secret: 'simulator-secret' });
client.enableRateLimit = false;
client.options['adjustForTimeDifference'] = false;
client.setMarkets(markets);
const methods = client as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
for (const { method, input } of calls) {
  // Many are refused, for want of the balance or the market; what matters is what arrived.
  const outcome = await methods[method]!(...input.map((value) => value ?? undefined)).then(() => 'ok', (error: unknown) => (error as Error).message.slice(0, 200));
  process.stdout.write(`${JSON.stringify({ method, outcome })}\n`);
}
