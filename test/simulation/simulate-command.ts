import path from 'node:path';
import { repositoryFolder, startHeldProcess, type ProcessEnd } from '#testing';

export interface Simulated {
  readonly end: ProcessEnd;
  readonly output: string;
}

/** The command line as `npm run simulate` starts it, to its end. */
export async function simulate(...args: readonly string[]): Promise<Simulated> {
  const entry = path.join(repositoryFolder(), 'test/simulation/simulate.ts');
  const held = await startHeldProcess('simulation', { command: process.execPath, args: ['--conditions=source', '--import', 'tsx', entry, ...args], cwd: repositoryFolder() });
  const end = await held.exited;
  return { end, output: held.output() };
}

/** What `--json` ends with. */
export function summaryIn({ output }: Simulated): Readonly<Record<string, unknown>> {
  return JSON.parse(output.trim().split('\n').at(-1)!) as Readonly<Record<string, unknown>>;
}
