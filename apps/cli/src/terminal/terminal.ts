import pc from 'picocolors';
import type { CliProblem } from './cli-failure.js';

export type Colors = ReturnType<typeof pc.createColors>;

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** For output that goes elsewhere than to a terminal; without it such output is as wide as it needs. */
  readonly columns?: number;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Data goes to stdout, everything said to a person goes to stderr, so that a pipe carries data only. */
export class Terminal {
  readonly colors: Colors;
  readonly messageColors: Colors;

  constructor(
    private readonly out: Stream,
    private readonly err: Stream,
    private readonly options: TerminalOptions,
  ) {
    // Each stream by itself: one of them is often a pipe.
    this.colors = pc.createColors(options.color && out.isTTY === true);
    this.messageColors = pc.createColors(options.color && err.isTTY === true);
  }

  get isJson(): boolean {
    return this.options.json;
  }

  get isTerminal(): boolean {
    return this.out.isTTY === true;
  }

  /** What is read by a program or from a file is never cut to fit. */
  get columns(): number {
    return this.out.columns ?? this.options.columns ?? Infinity;
  }

  /** A bar is drawn for somebody who looks at it: never into a file, a pipe or a log of CI. */
  get showsProgress(): boolean {
    return this.err.isTTY === true && !this.options.json && !this.options.quiet;
  }

  data(text: string): void {
    this.out.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** The one document of `--json`. */
  document(value: unknown): void {
    this.data(JSON.stringify(value, null, 2));
  }

  /** With `--json` nobody reads along, and stderr is kept for the problem document alone. */
  say(text: string): void {
    if (!this.options.json && !this.options.quiet) this.err.write(`${text}\n`);
  }

  hint(text: string): void {
    this.say(this.messageColors.dim(text));
  }

  /** Said even with `--quiet`: what a person must know before trusting the data. */
  warn(text: string): void {
    if (!this.options.json) this.err.write(`${this.messageColors.yellow('warning:')} ${text}\n`);
  }

  fail(problem: CliProblem): void {
    if (this.options.json) {
      this.err.write(`${JSON.stringify(problem)}\n`);
      return;
    }
    this.err.write(`${this.problemInWords(problem)}\n`);
  }

  private problemInWords(problem: CliProblem): string {
    const { red, bold, dim } = this.messageColors;
    const lines = [`${red(bold('error:'))} ${problem.detail}`];
    for (const fault of problem.errors ?? []) {
      // Where there is one fault only, the API's sentence about all of it says the same.
      lines.push(`  ${bold(fault.pointer || '/')}${fault.detail === problem.detail ? '' : `  ${fault.detail}`}`);
    }
    if (problem.remedy) lines.push(`try: ${problem.remedy}`);
    lines.push(dim(problem.requestId ? `(${problem.code}, request ${problem.requestId})` : `(${problem.code})`));
    return lines.join('\n');
  }
}
