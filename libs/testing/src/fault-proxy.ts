import net, { type AddressInfo, type Socket } from 'node:net';

/** `refuse`: connections are reset; `blackhole`: they are taken, and nothing is passed on or answered; `delayMs`: all is passed on so much later, either way. */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole' | { readonly delayMs: number };

export interface FaultProxy {
  readonly port: number;
  /** The same URL, by way of this proxy. */
  readonly urlOf: (target: string) => string;
  /** From now on, for connections that are open as well. */
  readonly set: (mode: ProxyMode) => void;
  /** Passes the next bytes from a client that hold this text on, and resets that client's connection before any answer. Resolves when it has happened. */
  readonly cutAfter: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A TCP proxy on loopback that can stand for a server that went away, or for a cable that was pulled. */
export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  let mode: ProxyMode = 'pass';
  const cuts = new Set<Cut>();
  const pairs = new Set<Pair>();
  const server = net.createServer((client) => {
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const pair = new Pair(client, net.connect(Number(target.port), target.hostname), () => mode, cuts);
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
    cutAfter: (text) => new Promise((resolve) => cuts.add({ text, done: resolve })),
    close: () => {
      for (const pair of pairs) pair.follow('refuse');
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

interface Cut {
  readonly text: string;
  readonly done: () => void;
}

/** What arrives in a black hole is lost; so a connection that was in one never works again. */
class Pair {
  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly mode: () => ProxyMode,
    private readonly cuts: Set<Cut>,
  ) {
    this.forward(client, upstream);
    this.forward(upstream, client);
  }

  follow(mode: ProxyMode): void {
    if (mode === 'refuse') this.client.resetAndDestroy();
  }

  private forward(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      const mode = this.mode();
      if (mode === 'pass') this.pass(from, to, chunk);
      // Timers of one length end in the order in which they began.
      else if (typeof mode === 'object') setTimeout(() => to.write(chunk), mode.delayMs);
    });
    from.once('close', () => to.destroy());
    from.on('error', () => to.destroy());
  }

  private pass(from: Socket, to: Socket, chunk: Buffer): void {
    const cut = from === this.client ? [...this.cuts].find(({ text }) => chunk.includes(text)) : undefined;
    if (cut === undefined) {
      to.write(chunk);
      return;
    }
    this.cuts.delete(cut);
    // It arrives whole; of what comes back nothing is passed on.
    this.upstream.removeAllListeners('data').resume();
    this.upstream.end(chunk, () => {
      this.client.resetAndDestroy();
      cut.done();
    });
  }
}
