import { createHmac } from 'node:crypto';
import { createLogger } from '#platform';
import { readSimulatorConfiguration } from '../../../apps/exchange-simulator/src/configuration.js';
import { startSimulator, type Simulator } from '../../../apps/exchange-simulator/src/simulator.js';

export const KEY = 'simulator-key';
export const SECRET = 'simulator-secret';

type Parameters = Readonly<Record<string, string | number>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

export interface SigningOptions {
  readonly key?: string;
  readonly secret?: string;
  readonly timestampMs?: number;
  readonly recvWindow?: number;
  /** Give up after this long. */
  readonly patienceMs?: number;
}

export interface TestSimulator {
  readonly simulator: Simulator;
  readonly get: (path: string, parameters?: Parameters, patienceMs?: number) => Promise<Reply>;
  readonly signed: (method: string, path: string, parameters?: Parameters, options?: SigningOptions) => Promise<Reply>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<Reply>;
  /** Switches a fault on, and fails where it is refused. */
  readonly fault: (fault: string, on: string, more?: object) => Promise<void>;
  readonly healed: () => Promise<void>;
}

/** A simulator in this process, on free ports, without limits of rate unless told otherwise. */
export async function openTestSimulator(variables: Readonly<Record<string, string>> = {}): Promise<TestSimulator> {
  const configuration = readSimulatorConfiguration({ PORT: '0', CONTROL_PORT: '0', RATE_LIMIT: 'off', SEED: '3', ...variables });
  const simulator = await startSimulator(configuration, createLogger({ name: 'simulator-spec', level: 'silent' }));
  const control = (method: string, path: string, body?: unknown) =>
    request(`${simulator.controlUrl}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return {
    simulator, control,
    get: (path, parameters = {}, patienceMs) => request(`${simulator.url}${path}?${queryOf(parameters)}`, { method: 'GET' }, patienceMs),
    signed: (method, path, parameters = {}, options = {}) => {
      const { key = KEY, secret = SECRET, timestampMs = Date.now(), recvWindow = 5_000, patienceMs } = options;
      const query = queryOf({ ...parameters, timestamp: timestampMs, recvWindow });
      const signature = createHmac('sha256', secret).update(query).digest('hex');
      return request(`${simulator.url}${path}?${query}&signature=${signature}`, { method, headers: { 'X-MEXC-APIKEY': key, 'Content-Type': 'application/json' } }, patienceMs);
    },
    fault: async (fault, on, more = {}) => {
      const reply = await control('POST', '/faults', { fault, on, ...more });
      if (reply.status !== 201) throw new Error(reply.text);
    },
    healed: async () => {
      await control('DELETE', '/faults');
    },
  };
}

function queryOf(parameters: Parameters): string {
  return Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

async function request(url: string, init: RequestInit, patienceMs = 10_000): Promise<Reply> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** How a request failed: the code of its connection's end, or `timeout`. */
export async function failureOf(reply: Promise<Reply>): Promise<string> {
  try {
    return `answered ${(await reply).status}`;
  } catch (error) {
    const { name, cause } = error as { readonly name: string; readonly cause?: { readonly code?: string } };
    return name === 'TimeoutError' ? 'timeout' : (cause?.code ?? name);
  }
}
