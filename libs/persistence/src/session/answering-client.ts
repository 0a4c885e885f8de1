import { Client } from 'pg';

/** The driver's words for a query that `query_timeout` has ended. */
const UNANSWERED = 'Query read timeout';

/**
 * A connection that ends where it has left a query unanswered for too long. The driver only fails the query: the connection
 * would go back to the pool with the answer still to come, and everybody who gets it would wait in vain as long again.
 */
export class AnsweringClient extends Client {
  override query(...parts: unknown[]): never {
    const result: unknown = Reflect.apply(super.query.bind(this), this, parts);
    if (result instanceof Promise) result.catch((error: unknown) => this.endIfUnanswered(error));
    return result as never;
  }

  private endIfUnanswered(error: unknown): void {
    if (error instanceof Error && error.message === UNANSWERED) this.connection.stream.destroy();
  }
}
