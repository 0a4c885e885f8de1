import net, { type AddressInfo, type Socket } from 'node:net';

/** `refuse`: connections are reset; `blackhole`: they are taken, and nothing is passed on or answered. */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole';

export interface FaultProxy {
  readonly port: number;
  /** The same URL, by way of this proxy. */
  readonly urlOf: (target: string) => string;
  /** From now on, for connections that are open as well. */
  readonly set: (mode: ProxyMode) => void;
  readonly close: () => Promise<void>;
}

/** A TCP proxy on loopback that can stand for a server that went away, or for a cable that was pulled. */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  let mode: ProxyMode = 'pass';
  const pairs = new Set<Pair>();
  const server = net.createServer((client) => {
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const pair = new Pair(client, net.connect(Number(target.port), target.hostname), () => mode);
    pairs.add(pair);
    client.once('close', () => pairs.delete(pair));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    urlOf: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    set: (next) => {
      mode = next;
      for (const pair of pairs) pair.follow(next);
    },
    close: () => {
      for (const pair of pairs) pair.follow('refuse');
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** What arrives in a black hole is lost; so a connection that was in one never works again. */
class Pair {
  constructor(
    private readonly client: Socket,
    upstream: Socket,
    private readonly mode: () => ProxyMode,
  ) {
    this.forward(client, upstream);
    this.forward(upstream, client);
  }

  follow(mode: ProxyMode): void {
    if (mode === 'refuse') this.client.resetAndDestroy();
  }

  private forward(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (this.mode() === 'pass') to.write(chunk);
    });
    from.once('close', () => to.destroy());
    from.on('error', () => to.destroy());
  }
}
