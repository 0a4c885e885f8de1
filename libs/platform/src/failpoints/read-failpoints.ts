/** What happens at a place in the code that a test named. */
export type FailpointAction =
  | { readonly kind: 'kill' }
  /** Stops the whole process, as a machine that sleeps; whoever started it lets it go on. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'throw' }
  | { readonly kind: 'delay'; readonly ms: number };

export interface ArmedFailpoint {
  readonly name: string;
  readonly action: FailpointAction;
  /** Only this pass, from 1; null: every one. */
  readonly pass: number | null;
}

/** `exec.after_claim=KILL`, `eval.after_snapshot=DELAY:500`, `recon.mid=THROW@2`. */
const ENTRY = /^(?<name>[a-z]+\.[a-z_]+)=(?<action>KILL|STOP|THROW|DELAY)(?::(?<ms>\d{1,6}))?(?:@(?<pass>[1-9]\d{0,5}))?$/u;
const FORM = 'expected name=KILL, name=STOP, name=THROW or name=DELAY:500, each with @2 behind it for the second pass only, and semicolons between them';

/** @throws RangeError naming the first entry that is none, or whose name no code has */
export function readFailpoints(text: string, names: readonly string[]): readonly ArmedFailpoint[] {
  const entries = text.split(';').map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries.map((entry) => readEntry(entry, names));
}

function readEntry(entry: string, names: readonly string[]): ArmedFailpoint {
  const { name = '', action, ms, pass } = ENTRY.exec(entry)?.groups ?? {};
  if (action === undefined || (action === 'DELAY') !== (ms !== undefined && action !== 'STOP')) throw new RangeError(`FAILPOINTS: ${entry}: ${FORM}`);
  if (!names.includes(name)) throw new RangeError(`FAILPOINTS: there is no failpoint ${name}; there are ${names.join(', ')}`);
  return { name, action: actionOf(action, Number(ms)), pass: pass === undefined ? null : Number(pass) };
}

function actionOf(action: string, ms: number): FailpointAction {
  if (action === 'KILL') return { kind: 'kill' };
  if (action === 'STOP') return { kind: 'stop' };
  return action === 'THROW' ? { kind: 'throw' } : { kind: 'delay', ms };
}
