/** `node postgres-server.mjs DATA_PATH [PORT]`: a PostgreSQL of its own; prints its address and process as one line of JSON, and ends it when told to end. */
import { startPostgres } from '../../../scripts/postgres.mjs';

const [dataPath, port] = process.argv.slice(2);
const server = await startPostgres({
  dataPath, passwordFile: `${dataPath}.password`, logFile: `${dataPath}.log`, ...(port === undefined ? {} : { port: Number(port) }),
});
process.stdout.write(`${JSON.stringify({ url: server.url, superuserUrl: server.superuserUrl, port: server.port, pid: server.pid })}\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void server.stop().then(() => process.exit(0)));
void server.exited.then(() => process.exit(0));
