import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { armFailpoints } from './armed-failpoints.js';
import { readFailpoints } from './read-failpoints.js';

const NAMES = ['exec.after_claim', 'recon.mid'];
const options = { names: NAMES, isRealMoney: false };

it.each([
  ['exec.after_claim=KILL', [{ name: 'exec.after_claim', action: { kind: 'kill' }, pass: null }]],
  ['recon.mid=STOP', [{ name: 'recon.mid', action: { kind: 'stop' }, pass: null }]],
  ['recon.mid=STOP:45000', [{ name: 'recon.mid', action: { kind: 'stop' }, pass: null }]],
  ['exec.after_claim=DELAY:500@3; recon.mid=THROW;', [
    { name: 'exec.after_claim', action: { kind: 'delay', ms: 500 }, pass: 3 }, { name: 'recon.mid', action: { kind: 'throw' }, pass: null },
  ]],
  ['', []],
])('reads %j', (text, expected) => {
  expect(readFailpoints(text, NAMES)).toEqual(expected);
});

it.each(['exec.after_claim', 'exec.after_claim=EXPLODE', 'exec.after_claim=DELAY', 'exec.after_claim=KILL:5', 'exec.after_claim=KILL@0', 'exec.nowhere=KILL', 'recon.mid=THROW:1'])(
  'refuses %s, with its name', (text) => {
    expect(() => armFailpoints({ FAILPOINTS: text }, options)).toThrow(/FAILPOINTS: .*(exec|recon)\./u);
  });

it('is nothing where it is not set, and is refused over real money', () => {
  expect(armFailpoints({}, options)).toBeNull();
  expect(armFailpoints({ FAILPOINTS: ' ' }, options)).toBeNull();
  expect(armFailpoints({}, { ...options, isRealMoney: true })).toBeNull();
  expect(() => armFailpoints({ FAILPOINTS: 'recon.mid=THROW' }, { ...options, isRealMoney: true })).toThrow(/real money/u);
});

it('throws in the pass that it was told, and lets every other place go on', async () => {
  const failpoint = armFailpoints({ FAILPOINTS: 'recon.mid=THROW@2' }, options)!;
  await failpoint('recon.mid');
  await failpoint('exec.after_claim');
  await expect(failpoint('recon.mid')).rejects.toThrow('recon.mid');
  await failpoint('recon.mid');
});

it('waits for as long as it was told', async () => {
  const failpoint = armFailpoints({ FAILPOINTS: 'recon.mid=DELAY:80' }, options)!;
  const startedMs = performance.now();
  await failpoint('recon.mid');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(79);
});

/** A process that passes the failpoint and then says so. */
function passing(text: string) {
  const script = `import { armFailpoints } from './libs/platform/src/failpoints/armed-failpoints.ts';
    const failpoint = armFailpoints(process.env, { names: ['recon.mid'], isRealMoney: false });
    failpoint('recon.mid').then(() => console.log('went on'));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { env: { ...process.env, FAILPOINTS: text } });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output.text += data.toString()));
  return { child, output };
}

it('kills its process before anything else happens', async () => {
  const { child, output } = passing('recon.mid=KILL');
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal, output.text]).toEqual([null, 'SIGKILL', '{"event":"failpoint","name":"recon.mid","action":"kill"}\n']);
});

it('stops its process until somebody lets it go on', async () => {
  const { child, output } = passing('recon.mid=STOP');
  await once(child.stderr, 'data');
  const ended = once(child, 'exit');
  // Without the stop it would have ended by itself long before.
  await expect(Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000, 'stands'))])).resolves.toBe('stands');
  expect(output.text).not.toContain('went on');
  child.kill('SIGCONT');
  expect(await ended).toEqual([0, null]);
  expect(output.text).toContain('went on');
});
