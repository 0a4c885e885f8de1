import type { CliContext } from './context.js';
import type { ExitCode } from './terminal/exit-codes.js';

/** What a command's action does: everything it needs, and the code the process ends with. */
export type CommandAction<Options> = (context: CliContext, options: Options, args: readonly string[]) => Promise<ExitCode>;

/** Ties a command to its action. The action's module is loaded only when it is called, so that help stays fast. */
export type Bind = <Options>(load: () => Promise<CommandAction<Options>>) => (...args: unknown[]) => Promise<void>;
