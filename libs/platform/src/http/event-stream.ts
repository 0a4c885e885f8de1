import type { Request, Response } from 'express';

export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  /** One line: JSON without line breaks. */
  readonly data: string;
}

export interface EventStreamLimits {
  /** Open streams of this process; each holds a connection for minutes. */
  readonly streams: number;
  /** Comments in the silence keep proxies from closing it, and tell us of clients that are gone. */
  readonly heartbeatMs: number;
}

/** One client of server-sent events. */
export interface EventStream {
  readonly isOpen: boolean;
  /** Resolves when the client can take more: who waits for it and then sends the newest state never piles up old ones. */
  send(event: StreamedEvent): Promise<void>;
  end(): void;
  /** Called once, when the stream is over for whatever reason; at once where it is already. */
  onClose(listener: () => void): void;
}

/** All server-sent event streams of a process: a bounded number, ended together at shutdown. */
export class EventStreams {
  private readonly open = new Set<ExpressEventStream>();
  private isClosing = false;

  constructor(private readonly limits: EventStreamLimits) {}

  get size(): number {
    return this.open.size;
  }

  /** Null where no further stream is taken; the caller answers. */
  start(request: Request, response: Response): EventStream | null {
    if (this.isClosing || this.open.size >= this.limits.streams) return null;
    const stream = new ExpressEventStream(request, response, this.limits.heartbeatMs);
    this.open.add(stream);
    stream.onClose(() => this.open.delete(stream));
    return stream;
  }

  /** Ends every stream; clients come back elsewhere with their last event id. */
  closeAll(): void {
    this.isClosing = true;
    for (const stream of this.open) stream.end();
  }
}

class ExpressEventStream implements EventStream {
  isOpen = true;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly listeners: (() => void)[] = [];

  constructor(
    request: Request,
    private readonly response: Response,
    heartbeatMs: number,
  ) {
    request.socket.setNoDelay(true);
    request.socket.setTimeout(0);
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      // nginx would hold events back until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    this.heartbeat = setInterval(() => this.beat(), heartbeatMs);
    response.once('close', () => this.close());
    response.once('error', () => this.close());
  }

  async send({ id, type, data }: StreamedEvent): Promise<void> {
    if (!this.isOpen) return;
    if (this.response.write(`event: ${type}\nid: ${id}\ndata: ${data}\n\n`)) return;
    await new Promise<void>((resolve) => {
      this.response.once('drain', resolve);
      this.onClose(resolve);
    });
  }

  end(): void {
    if (!this.isOpen) return;
    this.close();
    this.response.end();
  }

  onClose(listener: () => void): void {
    if (this.isOpen) this.listeners.push(listener);
    else listener();
  }

  private beat(): void {
    // A client that does not read what it has gets no more of it.
    if (!this.response.writableNeedDrain) this.response.write(': still here\n\n');
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearInterval(this.heartbeat);
    for (const listener of this.listeners.splice(0)) listener();
  }
}
