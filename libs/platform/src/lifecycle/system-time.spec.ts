import { systemTimer } from './system-time.js';

describe('a pause', () => {
  it('ends by itself', async () => expect(await systemTimer.pause(1, new AbortController().signal)).toBeUndefined());

  it("ends by its signal at once, with the signal's reason", async () => {
    const stop = new AbortController();
    const pause = systemTimer.pause(3_600_000, stop.signal);
    stop.abort(new Error('told to stop'));
    await expect(pause).rejects.toThrow('told to stop');
    await expect(systemTimer.pause(3_600_000, stop.signal)).rejects.toThrow('told to stop');
  });
});
