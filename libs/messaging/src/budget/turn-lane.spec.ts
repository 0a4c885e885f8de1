import { TurnLane } from './turn-lane.js';

const never = () => new AbortController().signal;

it('lets one in at a time, in the order in which they came', async () => {
  const lane = new TurnLane();
  const order: string[] = [];
  const visit = async (name: string) => {
    const leave = await lane.enter(never());
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    leave();
  };
  await Promise.all([visit('a'), visit('b'), visit('c')]);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

it('does without those who gave up', async () => {
  const lane = new TurnLane();
  const leave = await lane.enter(never());
  const impatient = new AbortController();
  const gaveUp = lane.enter(impatient.signal);
  const patient = lane.enter(never());
  expect(lane.waiting).toBe(2);
  impatient.abort(new Error('enough'));
  await expect(gaveUp).rejects.toThrow('enough');
  expect(lane.waiting).toBe(1);
  leave();
  (await patient)();
  await expect(lane.enter(impatient.signal)).rejects.toThrow('enough');
  (await lane.enter(never()))();
});
