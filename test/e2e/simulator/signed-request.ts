import { createHmac } from 'node:crypto';

/** One request of the account that a simulator has unless told otherwise, as MEXC wants it signed. */
export async function signedRequest(url: string, method: string, address: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const query = new URLSearchParams({ ...parameters, timestamp: String(Date.now()) }).toString();
  const signature = createHmac('sha256', 'simulator-secret').update(query).digest('hex');
  const headers = { 'X-MEXC-APIKEY': 'simulator-key', 'Content-Type': 'application/json' };
  const response = await fetch(`${url}${address}?${query}&signature=${signature}`, { method, headers });
  return response.json();
}
