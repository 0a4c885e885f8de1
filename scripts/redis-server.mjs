import { existsSync } from 'node:fs';
import { findOnPath, printLine, runToEnd, UserError } from './processes.mjs';

const SERVERS = ['redis-server', 'valkey-server'];
const UNIT = 'redis-server.service';
const SERVICE_PID_FILE = '/run/redis/redis-server.pid';

/** The path of a Redis server; installs Debian's when there is none, we are root and apt is at hand. */
export async function ensureRedisServer() {
  const found = findOnPath(SERVERS);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && findOnPath(['apt-get']) !== undefined) await installByApt();
  const installed = findOnPath(SERVERS);
  if (installed !== undefined) return installed;
  throw new UserError(`No Redis server found: ${installCommand()}, or set REDIS_URL to a running Redis (version 6.2 or newer)`);
}

function installCommand() {
  if (process.platform === 'darwin') return 'install one with `brew install redis`';
  if (findOnPath(['apt-get']) !== undefined) return 'install one with `sudo apt-get install redis-server`';
  if (findOnPath(['dnf']) !== undefined) return 'install one with `sudo dnf install valkey`';
  if (findOnPath(['apk']) !== undefined) return 'install one with `apk add redis`';
  return 'install redis-server or valkey-server so that it is on the PATH';
}

async function installByApt() {
  printLine('Installing redis-server by apt (once)');
  const hadService = existsSync(SERVICE_PID_FILE);
  // A cache of lists may be too old or absent; a failed update still leaves a chance to install.
  await apt(['update', '-qq']);
  const outcome = await withServiceKeptDown(() => apt(['install', '-y', '-qq', '--no-install-recommends', 'redis-server']));
  if (outcome.code !== 0) {
    throw new UserError(`apt-get could not install redis-server: ${outcome.output.trim().split('\n').at(-1)}`);
  }
  if (!hadService && existsSync(SERVICE_PID_FILE)) await runToEnd('service', ['redis-server', 'stop']);
}

/** Only the program is wanted: Debian's package would also start a service on port 6379 and enable it at boot. */
async function withServiceKeptDown(install) {
  if (!existsSync('/run/systemd/system')) return install();
  await runToEnd('systemctl', ['mask', '--runtime', UNIT]);
  try {
    return await install();
  } finally {
    await runToEnd('systemctl', ['unmask', '--runtime', UNIT]);
    await runToEnd('systemctl', ['disable', UNIT]);
  }
}

function apt(args) {
  // RUNLEVEL=1 makes invoke-rc.d of a system without systemd leave the new service alone.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return runToEnd('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env, mayOutlive: true });
}
