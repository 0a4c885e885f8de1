import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { BacktestId } from '#contracts';
import type { EventStreams, Logger } from '#platform';
import { AnswersWithEvents } from '../docs/route-answers.js';
import { apiProblem, backtestNotFound } from '../problems.js';
import { TOKENS } from '../tokens.js';
import { isFullySeen, lastSeenVersion, streamRun, type RunWatch } from './stream-run.js';

@ApiTags('backtests')
@Controller('v1/backtests/:id/events')
export class BacktestEventsController {
  constructor(
    @Inject(TOKENS.runWatch) private readonly watch: RunWatch,
    @Inject(TOKENS.eventStreams) private readonly streams: EventStreams,
    @Inject(TOKENS.log) private readonly log: Logger,
  ) {}

  @Get()
  @AnswersWithEvents(
    'Watch a run: its state now, every change, and its end',
    'Server-sent events. `event:` is `backtest.queued`, `.started`, `.progress`, `.completed`, `.failed` or `.canceled`; `id:` is the version ' +
      'of the run; `data:` is a BacktestRun. The stream ends after a terminal event; who comes back with its id gets 204.',
    ['validation-failed', 'backtest-not-found', 'too-many-streams'],
  )
  async events(
    @Param('id', { schema: BacktestId }) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const run = await this.watch.find(id);
    if (run === null) throw backtestNotFound(id);
    const lastSeen = lastSeenVersion(run, lastEventId);
    if (isFullySeen(run, lastSeen)) {
      response.status(204).end();
      return;
    }
    const stream = this.streams.start(request, response);
    if (stream === null) throw apiProblem('too-many-streams', 'close a stream, or read the run instead', { headers: { 'Retry-After': '5' } });
    // The answer has begun, so a failure can only end it; the client comes back with the last id it saw.
    await streamRun(stream, this.watch, id, lastSeen).catch((error: unknown) => {
      this.log.warn({ event: 'event-stream-failed', runId: id, error }, 'Ended an event stream early');
    });
  }
}
