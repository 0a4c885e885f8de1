import path from 'node:path';
import { repositoryFolder, spawnApp, startHeldProcess, type SpawnedApp } from '#testing';

export interface SimulatorProcess {
  readonly app: SpawnedApp;
  readonly url: string;
  /** A call of the control API; fails where it does not succeed. */
  readonly control: (method: string, address: string, body?: unknown) => Promise<unknown>;
}

const ENTRY = 'apps/exchange-simulator/src/main.js';

/** A simulator of its own on free ports, as a process. */
export async function startSimulatorProcess(args: readonly string[] = []): Promise<SimulatorProcess> {
  const app = await spawnApp(ENTRY, { LOG_LEVEL: 'warn' }, { args: ['--port', '0', '--control-port', '0', ...args], ready: /^ready: http:\S+$/mu });
  const addressAfter = (word: string): string => new RegExp(`^${word}: (http:\\S+)$`, 'mu').exec(app.output())![1]!;
  const controlUrl = addressAfter('control');
  const control = async (method: string, address: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${controlUrl}${address}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return { app, url: addressAfter('ready'), control };
}

/** Runs a script of this folder to its end and gives the JSON lines that it printed; fails with its output. */
export async function runScript(name: string, args: readonly string[], input?: unknown): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const script = path.join(repositoryFolder(), 'test/e2e/simulator', name);
  const held = await startHeldProcess(name, {
    command: process.execPath, args: ['--import', 'tsx', script, ...args], cwd: repositoryFolder(), ...(input === undefined ? {} : { input: JSON.stringify(input) }),
  });
  const end = await held.exited;
  if (end.code !== 0) throw new Error(`${name} ended with ${end.code ?? end.signal}:\n${held.output()}`);
  return held.output().trim().split('\n').map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
