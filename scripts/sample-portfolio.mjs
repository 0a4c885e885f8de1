/** The first start's portfolio: it trades on the simulator, with play money, where prices move fast enough to see it work. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rebalancer, untilAvailable } from './sample-backtest.mjs';
import { printLine } from './processes.mjs';

const NAME = 'sample';
const ASSETS = 'HANA,AIA,XAN';
const CAPITAL = '9000';
/**
 * The clock is not sped up, prices are: a cooldown of half an hour would be a month of them. Thresholds of 40 and 35 % take
 * some ten days to be reached, that is ten minutes; these take two or three.
 */
const SETTINGS = [
  ['upsideThreshold', 0.15], ['downsideThreshold', 0.12], ['evaluateEverySeconds', 5], ['cooldownMinutes', 1],
].flatMap(([name, value]) => ['--set', `${name}=${value}`]).concat('--max-slippage', '0.05', '--max-price-move', '0.05');
/** No executor has reported the account yet, its money is not in the books yet, the API is not there yet: a matter of seconds. */
const PASSING_CODES = [3, 7];
const CREATE = ['portfolio', 'create', NAME, '--live', '--assets', ASSETS, '--capital', CAPITAL, ...SETTINGS];
const START = ['portfolio', 'start', NAME];
/** One of that name is there: the start before this one ended between its two steps. */
const CONFLICT_CODE = 5;

/** Runs once a data folder, on the simulator only. Never fails: what goes wrong is told, and tried again by the next start. */
export async function startSamplePortfolio(settings, exchange, signal) {
  const doneFile = path.join(settings.data, 'sample-portfolio-done');
  if (!settings.wantsSample || exchange.process === undefined || existsSync(doneFile)) return;
  try {
    await untilAvailable(() => create(settings, signal), performance.now(), signal, PASSING_CODES);
    await rebalancer(START, settings, signal);
    writeFileSync(doneFile, '');
    printLine(`sample: portfolio "${NAME}" of ${ASSETS} trades ${CAPITAL} USDT of play money on the simulator, with tight thresholds; see it buy, and rebalance within minutes:`);
    printLine(`sample:   bin/rebalancer portfolio show ${NAME} --watch        why: bin/rebalancer portfolio explain ${NAME}`);
  } catch (error) {
    if (!signal.aborted) printLine(`sample: no portfolio, because ${error.message}; by hand: bin/rebalancer ${CREATE.join(' ')}`);
  }
}

async function create(settings, signal) {
  try {
    await rebalancer(CREATE, settings, signal);
  } catch (error) {
    if (error.code !== CONFLICT_CODE) throw error;
  }
}
