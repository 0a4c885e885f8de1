import 'reflect-metadata';
import { ensureFirstToken, FAILPOINTS, NO_FAILPOINT, type Failpoint } from '#application';
import { armFailpoints, ConfigurationError, createLogger, readBuildInfo, stopOnSignal, type Logger } from '#platform';
import { handOverTo } from './access/first-token.js';
import { createApiApp, listen } from './api-app.js';
import { createApiServices } from './api-services.js';
import { readApiConfiguration, type ApiConfiguration } from './configuration.js';
import { API_LIMITS } from './limits.js';

const printLine = (line: string): void => void process.stdout.write(`${line}\n`);

async function start(configuration: ApiConfiguration, failpoint: Failpoint, log: Logger): Promise<void> {
  const services = await createApiServices(configuration, readBuildInfo(), log, failpoint);
  await ensureFirstToken(services.tokens, handOverTo(configuration.accessTokenFile, printLine));
  const app = await createApiApp(services);
  const stop = async (): Promise<void> => {
    services.eventStreams.closeAll();
    // Who has connected and asked nothing would be waited for as long as its headers may take.
    const impatience = setTimeout(() => app.getHttpServer().closeAllConnections(), API_LIMITS.stopGraceMs);
    await app.close();
    clearTimeout(impatience);
    await services.stop();
  };
  stopOnSignal({ log, stop, deadlineMs: API_LIMITS.stopMs });
  const port = await listen(app, configuration.port, configuration.host);
  log.info({ event: 'listening', host: configuration.host, port }, 'Serving');
}

/** What an operator can mend, in one line; null: a defect, which is told in full. */
function inOneLine(error: unknown, { host, port }: ApiConfiguration): string | null {
  const { code, name, message } = error as { readonly code?: unknown; readonly name?: unknown; readonly message?: unknown };
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is taken; set PORT to a free one`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return `cannot listen on ${host}:${port} (${code})`;
  if (name === 'StoreFailure') return `${String(message)}; is DATABASE_URL right, and did \`bin/rebalancer migrate\` run?`;
  if (typeof code === 'string' && /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|28|3D)/u.test(code)) return `the database cannot be reached (${code}); is DATABASE_URL right?`;
  return null;
}

async function main(): Promise<void> {
  const configuration = readApiConfiguration(process.env);
  const failpoint = armFailpoints(process.env, { names: FAILPOINTS, isRealMoney: configuration.money === 'real' }) ?? NO_FAILPOINT;
  const log = createLogger({ name: 'api', level: configuration.logLevel });
  try {
    await start(configuration, failpoint, log);
  } catch (error) {
    const line = inOneLine(error, configuration);
    if (line === null) throw error;
    process.stderr.write(`api: ${line}\n`);
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigurationError ? error.message : `cannot start: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`api: ${text}\n`);
  process.exit(1);
});
