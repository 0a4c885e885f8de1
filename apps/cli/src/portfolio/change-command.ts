import type { ChangePreview } from '#contracts';
import type { CommandAction } from '../command-action.js';
import type { CliContext } from '../context.js';
import { openPortfoliosApi } from '../remote/open-api.js';
import { CliFailure, failure } from '../terminal/cli-failure.js';
import { EXIT } from '../terminal/exit-codes.js';
import { percent } from '../terminal/figures.js';
import { dryRunInWords } from './dry-run-report.js';
import { assetsOf } from './name-value.js';
import { settingsOf, type SettingsOptions } from './settings-options.js';

interface ChangeOptions extends SettingsOptions {
  readonly assets?: string;
  readonly confirm?: string;
}

/** `rebalancer portfolio change`: what would trade much at once is shown before it is done. */
export const changePortfolio: CommandAction<ChangeOptions> = async (context, options, [key = '']) => {
  const { terminal } = context;
  const change = { ...given(options), ...(options.confirm !== undefined && { confirm: options.confirm }) };
  try {
    const portfolio = await openPortfoliosApi(context).change(key, change);
    if (terminal.isJson) terminal.document(portfolio);
    else terminal.data(`${portfolio.name}  configuration ${portfolio.configVersion}  ${portfolio.configuration.sha256.slice(0, 12)}`);
    return EXIT.ok;
  } catch (error) {
    if (!terminal.isJson) showPreview(context, error);
    throw error;
  }
};

function given(options: ChangeOptions) {
  const { parameters, execution, caps } = settingsOf(options);
  const parts = { parameters, execution, caps };
  const named = Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
  const change = { ...named, ...(options.assets !== undefined && { assets: assetsOf(options.assets) }) };
  if (Object.keys(change).length > 0) return change;
  throw failure('usage', { code: 'nothing-to-change', title: 'Wrong use', detail: 'say what to change', remedy: 'rebalancer portfolio change --help' });
}

function showPreview({ terminal }: CliContext, error: unknown): void {
  const preview = error instanceof CliFailure ? (error.problem as { readonly preview?: ChangePreview }).preview : undefined;
  if (preview === undefined) return;
  terminal.data(preview.tradedFraction === null ? 'nobody knows what the change would trade:' : `the change would trade ${percent(preview.tradedFraction)} of the portfolio at once:`);
  terminal.data(dryRunInWords(preview.dryRun, terminal));
  terminal.hint(`to do it: the same command with --confirm ${preview.token}`);
}
