import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError, type Environment } from '../config/read-config.js';
import { readFailpoints, type ArmedFailpoint } from './read-failpoints.js';

export class FailpointError extends Error {
  constructor(failpoint: string) {
    super(`the failpoint ${failpoint} throws`);
    this.name = 'FailpointError';
  }
}

export interface FailpointOptions {
  readonly names: readonly string[];
  /** True where orders are of real money: nothing may be made to break there. */
  readonly isRealMoney: boolean;
}

/**
 * What `FAILPOINTS` asks for, for tests of what a crash leaves behind; null where it is not set.
 * @throws ConfigurationError for a name that no code has, and wherever orders are of real money
 */
export function armFailpoints({ FAILPOINTS: text }: Environment, { names, isRealMoney }: FailpointOptions): ((name: string) => Promise<void>) | null {
  if (text === undefined || text.trim() === '') return null;
  if (isRealMoney) throw new ConfigurationError(['FAILPOINTS: break processes on purpose and are refused where orders are of real money; remove it']);
  try {
    const armed = readFailpoints(text, names);
    return passing(armed);
  } catch (error) {
    throw new ConfigurationError([error instanceof Error ? error.message : String(error)]);
  }
}

function passing(armed: readonly ArmedFailpoint[]): (name: string) => Promise<void> {
  const passes = new Map<string, number>();
  return async (name) => {
    const here = armed.filter((failpoint) => failpoint.name === name);
    if (here.length === 0) return;
    const pass = (passes.get(name) ?? 0) + 1;
    passes.set(name, pass);
    for (const failpoint of here) if (failpoint.pass === null || failpoint.pass === pass) await act(failpoint);
  };
}

async function act({ name, action }: ArmedFailpoint): Promise<void> {
  // The log may never be written any more; whoever waits for this line must see it before the process stops.
  writeSync(2, `${JSON.stringify({ event: 'failpoint', name, action: action.kind })}\n`);
  if (action.kind === 'throw') throw new FailpointError(name);
  if (action.kind === 'delay') return pause(action.ms);
  process.kill(process.pid, action.kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  // A signal to the own process may come a moment later: nothing may be done before it has.
  await pause(action.kind === 'kill' ? 60_000 : 20);
}
