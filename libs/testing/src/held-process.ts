import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { repositoryFolder } from './repository.js';

const OUTPUT_LIMIT_CHARACTERS = 1_000_000;
const HOLDER_MARGIN_MS = 2_000;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface HeldProcess {
  /** Of the command itself, not of the process that holds it. */
  readonly pid: number;
  readonly exited: Promise<ProcessEnd>;
  /** Both output streams so far; the oldest part is dropped beyond a million characters. */
  readonly output: () => string;
  /** Called with all output so far whenever there is more; returns a function that ends the subscription. */
  readonly onOutput: (listener: (output: string) => void) => () => void;
  /** Asks the command to end and kills it after the grace time. */
  readonly stop: () => Promise<ProcessEnd>;
}

export interface HeldCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Text for the command's stdin, so that secrets do not show in the process list. */
  readonly input?: string;
  readonly graceMs?: number;
}

const HolderEvent = z.union([
  z.object({ pid: z.number() }),
  z.object({ error: z.string() }),
  z.object({ code: z.number().nullable(), signal: z.string().nullable() }),
]);

/** Starts a command that ends with this process at the latest, however this process ends: see scripts/holder.mjs. */
export async function startHeldProcess(name: string, command: HeldCommand): Promise<HeldProcess> {
  const holder = spawn(process.execPath, [path.join(repositoryFolder(), 'scripts', 'holder.mjs'), name], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  holder.stdin.on('error', () => undefined); // The holder is gone already; its exit tells.
  const graceMs = command.graceMs ?? 10_000;
  holder.stdin.write(`${JSON.stringify({ env: process.env, ...command, graceMs })}\n`);
  const collected = collectOutput([holder.stdout, holder.stderr]);
  const { started, exited } = followEvents(holder, name, collected.output);
  const pid = await started;
  letGo(holder); // A test that forgets it must not keep jest from ending, which ends it.
  return { pid, exited, ...collected, stop: () => stopHolder(holder, exited, graceMs) };
}

function letGo(holder: ChildProcess): void {
  holder.unref();
  for (const stream of holder.stdio) if (stream instanceof Socket) stream.unref();
}

function followEvents(holder: ChildProcess, name: string, output: () => string): { started: Promise<number>; exited: Promise<ProcessEnd> } {
  let end: ProcessEnd = { code: null, signal: null };
  const exited = new Promise<ProcessEnd>((resolve) => holder.once('close', () => resolve(end)));
  const started = new Promise<number>((resolve, reject) => {
    createInterface({ input: eventStream(holder) }).on('line', (line) => {
      const event = HolderEvent.parse(JSON.parse(line));
      if ('pid' in event) resolve(event.pid);
      else if ('error' in event) reject(new Error(`${name} could not be started: ${event.error}`));
      else end = event;
    });
    holder.once('error', reject);
    holder.once('close', () => reject(new Error(`${name} could not be started:\n${output()}`)));
  });
  return { started, exited };
}

function eventStream(holder: ChildProcess): Readable {
  const stream = holder.stdio[3];
  if (stream === null || stream === undefined || !('read' in stream)) throw new Error('the holder has no event channel');
  return stream;
}

async function stopHolder(holder: ChildProcess, exited: Promise<ProcessEnd>, graceMs: number): Promise<ProcessEnd> {
  if (holder.exitCode !== null || holder.signalCode !== null) return exited;
  holder.stdin?.end('stop\n');
  const lastResort = setTimeout(() => holder.kill('SIGKILL'), graceMs + HOLDER_MARGIN_MS);
  const end = await exited;
  clearTimeout(lastResort);
  return end;
}

function collectOutput(streams: readonly Readable[]): Pick<HeldProcess, 'output' | 'onOutput'> {
  let text = '';
  const listeners = new Set<(output: string) => void>();
  const append = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-OUTPUT_LIMIT_CHARACTERS);
    for (const listener of listeners) listener(text);
  };
  for (const stream of streams) stream.on('data', append);
  const onOutput = (listener: (output: string) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { output: () => text, onOutput };
}
