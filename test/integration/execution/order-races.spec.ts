import { aPortfolio, NOW_MS } from '../trading/trading-rows.js';
import { intentOf, openAtFirstLeg, openWorld, useTradingDatabase } from './execution-world.js';
import { Died, hasEnded } from './executor.js';
import { aDraft, cutBack } from './traded-portfolio.js';

const database = useTradingDatabase();
const NOTHING = (): void => undefined;

describe('several at once', () => {
  it('send one order between them', async () => {
    const world = await openAtFirstLeg();
    const executors = Array.from({ length: 6 }, (_, index) => world.executor.start(`rival-${index}`));
    await Promise.all(executors.map(({ advanceOrder }) => advanceOrder.look(world.intentId)));
    expect([...world.trading.posts.values()]).toEqual([1]);
    await world.drive();
    await world.expectSafe();
  });

  it('of one account take turns: a second order waits while the first is being sent', async () => {
    const world = await openAtFirstLeg();
    const portfolio = await aPortfolio(database(), world.traded.account, { configuration: world.traded.portfolio.configuration });
    const second = await aDraft(database(), world.executor.store, { account: world.traded.account, portfolio }, cutBack(NOW_MS));
    let release = NOTHING;
    const isSending = new Promise<void>((begun) => {
      world.trading.onSubmit = (_order, place) => {
        begun();
        return new Promise((resolve) => (release = () => resolve(place())));
      };
    });
    const first = world.executor.advanceOrder.look(world.intentId);
    await isSending;
    expect(await world.executor.start('rival').advanceOrder.look(world.intentId)).toMatchObject({ kind: 'again', atMs: world.clock.nowMs() + 30_000 });
    const rival = await world.executor.start('rival').advancePlan.look(second);
    expect(rival).toMatchObject({ kind: 'again', reason: 'another order of the account is being sent' });
    release();
    expect(await first).toEqual({ kind: 'done' });
    await world.expectSafe();
  });

  it('leave the word to whoever took over from a process that slept through its lease', async () => {
    const world = await openAtFirstLeg();
    let wake = NOTHING;
    const sleeping = new Promise<void>((asleep) => {
      world.executor.switches.atFailpoint = (name) => {
        if (name !== 'exec.after_response_before_commit') return undefined;
        world.executor.switches.atFailpoint = () => undefined;
        asleep();
        return new Promise((resolve) => (wake = resolve));
      };
    });
    const slept = world.executor.advanceOrder.look(world.intentId);
    await sleeping;
    world.pass(30_001);
    expect(await world.executor.start('successor').advanceOrder.look(world.intentId)).toEqual({ kind: 'done' });
    expect(await intentOf(world)).toMatchObject({ state: 'filled' });
    wake();
    expect(await slept).toMatchObject({ kind: 'again' });
    expect(world.executor.events).toContainEqual(expect.objectContaining({ event: 'stale-epoch' }));
    expect(await intentOf(world)).toMatchObject({ state: 'filled' });
    await world.drive();
    await world.expectSafe();
  });
});

describe('a process that dies at', () => {
  const PLACES = [
    'exec.after_job_start', 'exec.after_claim', 'exec.after_attempt_commit', 'exec.before_socket_write', 'exec.after_request_written', 'exec.after_response_before_commit',
    'exec.after_result_commit', 'exec.after_trades_fetch', 'exec.after_fill_commit', 'plan.before_next_leg', 'plan.before_done', 'sweep.after_page', 'sweep.before_watermark', 'recon.mid',
  ] as const;

  it.each(PLACES.flatMap((place) => [1, 2, 3].map((time) => [place, time] as const)))('%s, the time no. %d: nothing is lost, doubled or misbooked', async (place, time) => {
    const world = await openWorld();
    let passes = 0;
    world.executor.switches.atFailpoint = (name) => {
      if (name === place && (passes += 1) === time) throw new Died(`${name} ${time}`);
    };
    const view = await world.drive(hasEnded);
    // Some of them come by less often.
    if (time === 1) expect(world.executor.generation).toBe(2);
    expect(['done', 'aborted']).toContain(view.plan.state);
    if (view.plan.state === 'aborted') expect(view.plan.endReason).toBe('leg-dead');
    await world.expectSafe();
  });
});
