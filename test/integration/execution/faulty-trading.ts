import { VenueFailure, type OrderRequest, type SubmitOutcome, type TradingPort, type VenueFill } from '#application';

type Submit = (order: OrderRequest, place: () => Promise<SubmitOutcome>) => Promise<SubmitOutcome>;

export const lost = (cause: string): SubmitOutcome => ({ kind: 'unknown', cause, httpStatus: null, code: null });

/** A venue whose answers a test can lose, delay and hide; what it is asked for is counted. */
export class FaultyTrading implements TradingPort {
  /** By client order id. */
  readonly posts = new Map<string, number>();
  onSubmit: Submit = (_order, place) => place();
  /** Orders and fills that the venue does not tell of, though it has them. */
  isHidden: () => boolean = () => false;
  /** Of the fills of a market, those that the venue does not tell of yet. */
  isFillHidden: (fill: VenueFill, index: number) => boolean = () => false;
  /** Answers to questions fail. */
  isAway: () => boolean = () => false;

  constructor(private readonly inner: TradingPort) {}

  submit(order: OrderRequest): Promise<SubmitOutcome> {
    this.posts.set(order.clientOrderId, (this.posts.get(order.clientOrderId) ?? 0) + 1);
    return this.onSubmit(order, () => this.inner.submit(order));
  }

  async order(marketId: string, clientOrderId: string): ReturnType<TradingPort['order']> {
    this.answerOrFail();
    return this.isHidden() ? { kind: 'not-found' } : this.inner.order(marketId, clientOrderId);
  }

  async openOrders(marketId?: string): ReturnType<TradingPort['openOrders']> {
    this.answerOrFail();
    return this.isHidden() ? [] : this.inner.openOrders(marketId);
  }

  async fillsSince(marketId: string, sinceMs: number): ReturnType<TradingPort['fillsSince']> {
    this.answerOrFail();
    const fills = this.isHidden() ? [] : await this.inner.fillsSince(marketId, sinceMs);
    return fills.filter((fill, index) => !this.isFillHidden(fill, index));
  }

  async balances(): ReturnType<TradingPort['balances']> {
    this.answerOrFail();
    return this.inner.balances();
  }

  cancel(marketId: string, clientOrderId: string): ReturnType<TradingPort['cancel']> {
    return this.inner.cancel(marketId, clientOrderId);
  }

  apiMarketIds(): ReturnType<TradingPort['apiMarketIds']> {
    return this.inner.apiMarketIds();
  }

  private answerOrFail(): void {
    if (this.isAway()) throw new VenueFailure('transient', 'no answer', { cause: null });
  }
}
