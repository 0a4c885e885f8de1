import { Client } from 'pg';
import type { OutboxSignal, RunChangeFeed } from '#application';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const PROBE_EVERY_MS = 10_000;
const CONNECT_MS = 5_000;

export interface NotificationOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Told of every lost connection; the next one is tried by itself. For the log only. */
  readonly onLost?: (error: Error) => void;
}

type Listener = () => void;
const OUTBOX_CHANNEL = 'outbox';
const RUN_CHANNEL = 'backtest_run_changed';

/**
 * LISTEN on a connection of its own, which is made again whenever it is lost; since what was said meanwhile is lost with
 * it, every listener is then called once.
 */
export class PostgresNotifications {
  readonly outbox: OutboxSignal = { subscribe: (listener) => this.listen(OUTBOX_CHANNEL, listener) };
  readonly runs: RunChangeFeed = { subscribe: (runId, listener) => this.listen(`${RUN_CHANNEL}:${runId}`, listener) };
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failures = 0;
  private isClosed = false;

  constructor(private readonly options: NotificationOptions) {}

  /** Resolves once the first attempt to connect has ended, well or not: a database that is away now may come later. */
  async start(): Promise<void> {
    await this.connect();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  private listen(key: string, listener: Listener): () => void {
    const listeners = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(key) === listeners) this.listeners.delete(key);
    };
  }

  private async connect(): Promise<void> {
    const { url, applicationName } = this.options;
    const client = new Client({
      connectionString: url, application_name: applicationName, connectionTimeoutMillis: CONNECT_MS, query_timeout: CONNECT_MS, keepAlive: true,
    });
    client.on('error', (error: Error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('the connection was closed')));
    client.on('notification', ({ channel, payload }) => this.tell(channel === RUN_CHANNEL ? `${RUN_CHANNEL}:${payload}` : channel));
    this.client = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${OUTBOX_CHANNEL}; LISTEN ${RUN_CHANNEL}`);
      this.failures = 0;
      this.probeLater(client);
      for (const key of this.listeners.keys()) this.tell(key);
    } catch (error) {
      this.lose(client, error as Error);
    }
  }

  private tell(key: string): void {
    for (const listener of this.listeners.get(key) ?? []) listener();
  }

  /** A connection can die without a word (a firewall, a pulled cable): asking is the only way to know. */
  private probeLater(client: Client): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => this.probeLater(client),
        (error: unknown) => this.lose(client, error as Error),
      );
    }, PROBE_EVERY_MS);
    this.timer.unref();
  }

  private lose(client: Client, error: Error): void {
    if (this.client !== client || this.isClosed) return;
    this.client = null;
    if (this.timer !== null) clearTimeout(this.timer);
    void client.end().catch(() => undefined);
    this.options.onLost?.(error);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures++);
    this.timer = setTimeout(() => void this.connect(), pauseMs * (0.5 + Math.random() / 2));
    this.timer.unref();
  }
}
