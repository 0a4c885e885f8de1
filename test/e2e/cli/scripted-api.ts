import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BacktestRun } from '#contracts';
import { DEFAULT_PARAMETERS } from '#domain';

export const RUN_ID = 'bt_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** An API whose faults are on cue: what a real one does only when a network breaks under it. */
export class ScriptedApi {
  readonly seen: SeenRequest[] = [];
  private constructor(
    private readonly server: Server,
    private readonly answer: Answer,
  ) {}

  static async start(answer: Answer): Promise<ScriptedApi> {
    const server = createServer((request, response) => void api.serve(request, response));
    const api = new ScriptedApi(server, answer);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  seenAt(method: string, path: string): readonly SeenRequest[] {
    return this.seen.filter((request) => request.method === method && request.url.split('?')[0] === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.seen.push(seen);
    this.answer(response, seen);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(body));
}

export function sendProblem(response: ServerResponse, status: number, code: string): void {
  sendJson(response, status, {
    type: 'about:blank',
    title: code,
    status,
    code,
    detail: `detail of ${code}`,
    instance: '/',
    requestId: 'req-1',
  });
}

/** Begins an event stream and writes these runs, each as one event with an id of its own. */
export function streamRuns(response: ServerResponse, runs: readonly (readonly [id: number, run: BacktestRun])[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [id, run] of runs) response.write(`id: ${id}\nevent: backtest.progress\ndata: ${JSON.stringify(run)}\n\n`);
}

export function aRun(changes: Partial<BacktestRun> = {}): BacktestRun {
  return {
    id: RUN_ID,
    status: 'queued',
    exchange: 'MEXC',
    quote: 'USDT',
    interval: '1m',
    assets: ['HANA', 'TRUTH'],
    from: null,
    to: null,
    parameters: DEFAULT_PARAMETERS,
    periodicRebalanceDays: 7,
    priority: 'interactive',
    name: null,
    tags: [],
    note: null,
    specSha256: 'a'.repeat(64),
    dataFingerprint: 'b'.repeat(64),
    codeVersion: '0.1.0+test',
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    progress: { fraction: 0, simulatedAt: null, barsPerSecond: null },
    figures: null,
    notices: [],
    error: null,
    ...changes,
  };
}

const YARDSTICK = { finalValue: 11_000, totalReturn: 0.1, maxDrawdown: -0.3, sharpe: 0.5, feesPaid: 7, tradeCount: 2, rebalanceCount: 0 };

export const FIGURES = {
  finalValue: 12_500,
  totalReturn: 0.25,
  annualizedReturn: 0.5,
  maxDrawdown: -0.2,
  sharpe: 1.25,
  rebalanceCount: 3,
  tradeCount: 8,
  feesPaid: 12.5,
  holdReturn: 0.1,
  periodicReturn: 0.1,
  bars: 1_000,
};

/** What a completed run left behind, in the form in which it is stored. */
export const SUMMARY = {
  id: RUN_ID,
  figures: FIGURES,
  notices: [],
  panel: { bars: 1_000, firstOpenMs: 0, lastOpenMs: 59_940_000, droppedBars: 0, warnings: [] },
  summary: {
    ...YARDSTICK,
    finalValue: 12_500,
    totalReturn: 0.25,
    annualizedReturn: 0.5,
    maxDrawdown: -0.2,
    sharpe: 1.25,
    feesPaid: 12.5,
    tradeCount: 8,
    rebalanceCount: 3,
    winRate: 2 / 3,
    kinds: { upside: 2, downside: 1, limit: 0 },
    bestAsset: { asset: 'HANA', return: 0.4 },
    worstAsset: { asset: 'TRUTH', return: -0.2 },
  },
  yardsticks: { hold: YARDSTICK, periodic: YARDSTICK },
};
