import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Portfolio } from '#contracts';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { aHolding, aTradingAccount } from '../../integration/trading/trading-rows.js';
import { startTradingApi, type TradingFixture } from '../api/trading-fixture.js';
import { documentOf, problemOf, runCli, type CliEnd } from './run-cli.js';

let folder: TemporaryFolder;
let api: TradingFixture;
let mexc: TradingFixture;

const against = async (one: TradingFixture, args: readonly string[]): Promise<CliEnd> => {
  const tokenFile = path.join(folder.path, one.services.markets === mexc.services.markets ? 'mexc' : 'simulator');
  await writeFile(tokenFile, `${one.token}\n`);
  return runCli(args, { environment: { REBALANCER_API_URL: one.base, REBALANCER_TOKEN_FILE: tokenFile, REBALANCER_DATA_DIR: folder.path } });
};
const rebalancer = (args: readonly string[]): Promise<CliEnd> => against(api, args);
const CREATE = ['--assets', 'HANA,AIA,XAN', '--capital', '1000'];

beforeAll(async () => {
  [folder, api, mexc] = await Promise.all([temporaryFolder(), startTradingApi(), startTradingApi({ venue: 'MEXC' })]);
  await Promise.all([api, mexc].map((one) => one.setPrices({ HANA: 1, AIA: 1, XAN: 1, ETH: 1 })));
  expect((await rebalancer(['portfolio', 'create', 'core', ...CREATE])).code).toBe(0);
}, 60_000);
afterAll(async () => {
  await Promise.all([api.stop(), mexc.stop()]);
  await folder.remove();
});

const creations: readonly (readonly [what: string, args: readonly string[], code: number, problem: string, fault: readonly [pointer: string, words: string | RegExp] | null])[] = [
  ['an unknown asset', ['--assets', 'HANA,HANNA', '--capital', '1000'], 3, 'portfolio-impossible', ['/assets/1', /did you mean HANA/u]],
  ['an asset that takes no orders', ['--assets', 'HANA,LTC', '--capital', '1000'], 3, 'portfolio-impossible', ['/assets/1', /api-trading-off/u]],
  ['no asset at all', ['--assets', ' , ', '--capital', '1000'], 3, 'validation-failed', ['/assets', /./u]],
  ['one asset twice', ['--assets', 'HANA,hana', '--capital', '1000'], 3, 'portfolio-impossible', ['/assets', /./u]],
  ['too little capital', ['--assets', 'HANA,AIA,XAN', '--capital', '40'], 3, 'portfolio-impossible', ['/capital', /15/u]],
  ['capital of many words', ['--assets', 'HANA,AIA', '--capital', '1e3'], 3, 'validation-failed', ['/capital', /./u]],
  ['a name that is taken', CREATE, 5, 'name-taken', ['/name', 'take another name']],
  ['a threshold out of range', [...CREATE, '--set', 'upsideThreshold=0'], 3, 'validation-failed', ['/parameters/upsideThreshold', /above 0/u]],
  ['a threshold that is no number', [...CREATE, '--set', 'upsideThreshold=40%'], 3, 'invalid-parameters', ['/parameters/upsideThreshold', /40% is written 0\.4/u]],
  ['an unknown parameter', [...CREATE, '--set', 'upsideTreshold=0.4'], 3, 'invalid-parameters', ['/parameters/upsideTreshold', 'is not a parameter; did you mean upsideThreshold?']],
  ['an unknown limit', [...CREATE, '--cap', 'maxOrders=1'], 3, 'validation-failed', ['/caps/maxOrders', /maxOrders/u]],
  ['a limit out of range', [...CREATE, '--cap', 'maxOrderFraction=2'], 3, 'validation-failed', ['/caps/maxOrderFraction', /./u]],
  ['a limit that is no number', [...CREATE, '--cap', 'maxOrderFraction=half'], 2, 'malformed-option', null],
  ['slippage above one', [...CREATE, '--max-slippage', '2'], 2, 'malformed-option', null],
  ['slippage above what is allowed', [...CREATE, '--max-slippage', '0.9'], 3, 'validation-failed', ['/execution/maxSlippage', /0\.5/u]],
  ['an unknown order type', [...CREATE, '--order-type', 'limit'], 3, 'validation-failed', ['/execution/orderType', /market/u]],
  ['an unknown quote currency', [...CREATE, '--quote', 'EUR'], 3, 'portfolio-impossible', ['/assets/0', /./u]],
  ['live before an executor came with a key', [...CREATE, '--live'], 3, 'portfolio-impossible', ['/mode', /give the order-executor its API key/u]],
];

it.each(creations)('creates nothing of %s', async (_what, args, code, problem, fault) => {
  const end = await rebalancer(['portfolio', 'create', 'core', ...args, '--json']);
  expect([end.code, problemOf(end).code]).toEqual([code, problem]);
  if (fault !== null) expect(problemOf(end).errors).toContainEqual(expect.objectContaining({ pointer: fault[0], detail: expect.stringMatching(fault[1]) as string }));
});

it('creates nothing of a name that no shell should see', async () => {
  const end = await rebalancer(['portfolio', 'create', 'a/b', ...CREATE, '--json']);
  expect([end.code, problemOf(end).errors?.map(({ pointer }) => pointer)]).toEqual([3, ['/name']]);
});

const PLAN = 'pl_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';
const misuses: readonly (readonly [args: readonly string[], code: number, problem: string, words: RegExp])[] = [
  [['portfolio', 'show', 'nobody'], 4, 'portfolio-not-found', /there is no portfolio "nobody"; `rebalancer portfolio ls` names them/u],
  [['portfolio', 'show', 'core', '--watch', '--every', '0.1'], 2, 'malformed-option', /--every must be a number from 0\.5 to 3600 \(received "0\.1"\)/u],
  [['portfolio', 'ls', '--limit', '0'], 2, 'malformed-option', /--limit must be a whole number from 1 to 200/u],
  [['portfolio', 'ls', '--state', 'gone'], 3, 'validation-failed', /state/u],
  [['portfolio', 'explain', 'core', '--at', 'yesterday'], 2, 'malformed-option', /--at must be a date such as/u],
  [['portfolio', 'explain', 'core', '--at', '2020-01-01'], 4, 'evaluation-not-found', /./u],
  [['portfolio', 'replay', 'core', '--from', '1704067200'], 2, 'malformed-option', /--from looks like seconds/u],
  [['portfolio', 'plan', 'show', 'pl_1'], 2, 'malformed-id', /"pl_1" is not the id of a plan/u],
  [['portfolio', 'plan', 'show', PLAN], 4, 'plan-not-found', /./u],
  [['portfolio', 'plan', 'timeline', PLAN], 4, 'plan-not-found', /./u],
  [['portfolio', 'plan', 'abandon', PLAN, '--reason', 'gone'], 4, 'plan-not-found', /./u],
  [['portfolio', 'change', 'core'], 2, 'nothing-to-change', /say what to change/u],
  [['portfolio', 'change', 'core', '--set', 'usdtReserve=1'], 3, 'validation-failed', /./u],
  [['portfolio', 'change', 'core', '--assets', 'HANA,HANNA'], 3, 'portfolio-impossible', /HANNA/u],
  [['portfolio', 'deposit', 'core', 'all'], 2, 'malformed-quantity', /the quantity must be a number above zero \(received "all"\)/u],
  [['portfolio', 'deposit', 'core', '0'], 2, 'malformed-quantity', /above zero/u],
  [['portfolio', 'withdraw', 'core', '1000.01'], 5, 'insufficient-balance', /1000 can be moved at most/u],
  [['portfolio', 'pause', 'core'], 5, 'state-conflict', /pause is for a portfolio that is running/u],
  [['portfolio', 'resume', 'core'], 5, 'state-conflict', /this one is created/u],
  [['portfolio', 'start', 'core', '--confirm', 'core'], 2, 'malformed-option', /--confirm must be the portfolio's name and capital/u],
  [['portfolio', 'reconcile', 'core', '--timeout', '0'], 2, 'malformed-option', /--timeout/u],
  [['portfolio', 'reconcile', 'core', '--timeout', '1'], 8, 'wait-timeout', /is an executor with the account's key running\?/u],
  [['kill', '--account', 'live-mexc', '--portfolio', 'core'], 2, 'two-scopes', /--account and --portfolio exclude each other/u],
  [['kill', '--portfolio', 'nobody'], 4, 'portfolio-not-found', /nobody/u],
  [['kill', '--account', 'live-nobody'], 4, 'account-not-found', /no account "live-nobody", so nothing was stopped/u],
  [['kill', 'release', '--scope', 'everything', '--reason', 'x'], 3, 'validation-failed', /./u],
  [['kill', 'release', '--scope', 'all', '--reason', 'x'], 4, 'switch-not-set', /no kill switch is engaged for all/u],
  [['account', 'clear-halt', 'live-nobody'], 4, 'account-not-found', /live-nobody/u],
];

it.each(misuses)('refuses %j with %d, %s', async (args, code, problem, words) => {
  const end = await rebalancer([...args, '--json']);
  expect([end.code, problemOf(end).code]).toEqual([code, problem]);
  const { detail, errors = [] } = problemOf(end);
  expect([detail, ...errors.map((fault) => fault.detail)].join('\n')).toMatch(words);
});

it.each([
  [['portfolio', 'create', 'x', '--assets', 'HANA'], '--capital'], [['portfolio', 'show'], 'portfolio'], [['portfolio', 'plan', 'abandon', PLAN], '--reason'],
  [['kill', 'release', '--scope', 'all'], '--reason'], [['kill', '--portfolio'], '--portfolio'],
])('tells what is missing in %j', async (args, missing) => {
  expect(await rebalancer(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(missing) as string });
});

const start = (...more: readonly string[]): Promise<CliEnd> => against(mexc, ['portfolio', 'start', 'real', ...more, '--json']);

describe('where money is real', () => {
  const CONFIRM = ['--accept-unknown-withdrawal-right', '--confirm', 'real=1000'];

  beforeAll(async () => {
    const account = await aTradingAccount(mexc.rows, { id: 'live-mexc', venue: 'MEXC' });
    await mexc.rows.query('UPDATE trading_account SET executor_seen_ms = $2, key_fingerprint = $3 WHERE id = $1', [account.id, Date.now(), 'ab12cd34ef56']);
    await aHolding(mexc.rows, account, null, 'USDT', '1500');
  });

  it('creates no more than the account has to give', async () => {
    const end = await against(mexc, ['portfolio', 'create', 'real', '--live', '--assets', 'HANA,AIA,XAN', '--capital', '1500.01', '--json']);
    expect([end.code, problemOf(end).errors?.map(({ pointer, code }) => [pointer, code])]).toEqual([3, [['/capital', 'insufficient-balance']]]);
  });

  it('creates, says that it is real money, and does not start it by the way', async () => {
    const end = await against(mexc, ['portfolio', 'create', 'real', '--live', ...CREATE, '--start']);
    expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('LIVE on MEXC: REAL MONEY  created\n')]);
    expect(end.stderr).toContain("not started: LIVE on MEXC: REAL MONEY; next: rebalancer portfolio start real --confirm 'real=1000'\n");
    const portfolio = Portfolio.parse(documentOf(await against(mexc, ['portfolio', 'show', 'real', '--json'])));
    expect(portfolio).toMatchObject({ state: 'created', money: 'real' });
    expect((await against(mexc, ['portfolio', 'ls'])).stdout).toContain('  REAL MONEY  created');
  });

  it('has no second portfolio over the same balance', async () => {
    const end = await against(mexc, ['portfolio', 'create', 'second', '--live', ...CREATE, '--json']);
    expect([end.code, problemOf(end).errors?.map(({ code }) => code)]).toEqual([3, ['insufficient-balance']]);
  });

  it('is started only by somebody who knows that the key cannot withdraw, and who says back what is about to be done', async () => {
    expect(problemOf(await start('--confirm', 'real=1000'))).toMatchObject({ code: 'not-live-ready', detail: expect.stringContaining('does not tell whether the key can withdraw') as string });
    const asked = await start('--accept-unknown-withdrawal-right');
    expect([asked.code, problemOf(asked).code]).toEqual([5, 'confirmation-needed']);
    const purchases = ['HANA', 'AIA', 'XAN'].map((asset) => `233.33 USDT of ${asset}`).join(', ');
    expect(problemOf(asked).detail).toContain(`"real" is about to trade with REAL MONEY of account live-mexc (API key ab12cd34ef56) at MEXC: of its 1000 USDT it buys ${purchases} by market orders (700.00 USDT in all)`);
    for (const wrong of ['real=999', 'other=1000', 'real=1000.0']) {
      expect(problemOf(await start('--accept-unknown-withdrawal-right', '--confirm', wrong)).detail).toMatch(/^the confirmation does not match; /u);
    }
    expect(documentOf(await against(mexc, ['portfolio', 'show', 'real', '--json']))).toMatchObject({ state: 'created' });
    expect(Portfolio.parse(documentOf(await start(...CONFIRM)))).toMatchObject({ state: 'running', money: 'real' });
  });

  it('is not started with a key that can withdraw, or without an executor', async () => {
    await against(mexc, ['portfolio', 'stop', 'real']);
    await mexc.rows.query("UPDATE trading_account SET can_withdraw = true WHERE id = 'live-mexc'");
    expect(problemOf(await start(...CONFIRM))).toMatchObject({ code: 'not-live-ready', detail: expect.stringContaining('the API key ab12cd34ef56 can withdraw') as string });
    await mexc.rows.query("UPDATE trading_account SET can_withdraw = false, executor_seen_ms = 0 WHERE id = 'live-mexc'");
    expect(problemOf(await start(...CONFIRM))).toMatchObject({ code: 'not-live-ready', detail: expect.stringContaining('start the order-executor') as string });
    expect(documentOf(await against(mexc, ['portfolio', 'show', 'real', '--json']))).toMatchObject({ state: 'stopped' });
  });
});
