/** What the process says when it ends. The one table: help, tests and code all read it. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  conflict: 5,
  access: 6,
  unavailable: 7,
  waitTimeout: 8,
  partial: 9,
  refused: 10,
  runFailed: 11,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: { readonly [Name in keyof typeof EXIT]: string } = {
  ok: 'done',
  unexpected: 'unexpected error, or a failed check of doctor',
  usage: 'wrong use of the command line',
  invalid: 'what was asked for is invalid: parameters, assets, period, config file',
  notFound: 'not found: run, file, folder',
  conflict: 'conflict with the present state, such as canceling a finished run',
  access: 'token missing or not accepted',
  unavailable: 'the API or a service behind it cannot be reached',
  waitTimeout: '--wait took longer than --timeout; the run goes on',
  partial: 'partly done: some rows, files or series were refused or failed',
  refused: 'refused for safety',
  runFailed: 'the run, or all that was to be fetched, failed or was canceled',
  interrupted: 'interrupted by Ctrl-C; what was submitted goes on',
  terminated: 'ended by SIGTERM; what was submitted goes on',
};

/** What an HTTP answer means to a script. The classes are those of the table, never the numbers of HTTP. */
export function exitCodeOfStatus(status: number): ExitCode {
  switch (status) {
    case 401:
    case 403:
      return EXIT.access;
    case 404:
    case 410:
      return EXIT.notFound;
    case 405:
    case 409:
    case 412:
    case 423:
    case 428:
      return EXIT.conflict;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return EXIT.unavailable;
    default:
      return status >= 400 && status < 500 ? EXIT.invalid : EXIT.unexpected;
  }
}

/** The table as `--help` prints it. */
export function exitCodeHelp(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return names.map((name) => `  ${String(EXIT[name]).padStart(3)}  ${EXIT_MEANINGS[name]}`).join('\n');
}
