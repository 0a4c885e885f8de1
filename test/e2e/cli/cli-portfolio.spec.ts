import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Accounts, EvaluateAnswer, KillSwitches, PlanDetail, PlanTimeline, Portfolio, PortfolioPage, PortfolioReplay, Reconciliation } from '#contracts';
import { until } from '../ingestor/ingest-product.js';
import { openPortfolioCli, tooWide, type PortfolioCli } from './portfolio-cli.js';
import { documentOf, problemOf, startCli } from './run-cli.js';

/** Bought at 1 each; then HANA runs away. */
const PRICES = [{ HANA: 1, AIA: 1, XAN: 1 }, { HANA: 1.9, AIA: 1, XAN: 1 }] as const;
/** The simulator's taker fee, on paper too, so that both come to the same. */
const SETTINGS = ['tradingFee=0.0005', 'slippage=0', 'cooldownMinutes=0', 'evaluateEverySeconds=1', 'minOrderValue=5', 'maxPosition=0.36'].flatMap((setting) => ['--set', setting]);
const CREATE = ['--assets', 'hana,AIA, xan', '--capital', '1000', ...SETTINGS];
const PAPER = "PAPER at SIMULATOR's prices";
const PLAY = 'LIVE on SIMULATOR: play money';

let cli: PortfolioCli;
beforeAll(async () => {
  cli = await openPortfolioCli(PRICES);
}, 120_000);
afterAll(() => cli.close());

// In this order: each step needs the ones before.
it('has no portfolios, and says how to make one', async () => {
  expect(await cli.rebalancer(['portfolio', 'ls'])).toEqual({ code: 0, signal: null, stdout: '', stderr: 'no portfolios; create one: rebalancer portfolio create --help\n' });
});

it('creates one on paper, and one on the simulator that is called play money', async () => {
  const paper = Portfolio.parse(await cli.json(['portfolio', 'create', 'core', ...CREATE, '--cap', 'maxDrawdown=0.5', '--cap', 'maxHourlyTurnover=3', '--max-slippage', '0.02']));
  expect(paper).toMatchObject({ name: 'core', mode: 'paper', money: 'paper', state: 'created', assets: ['HANA', 'AIA', 'XAN'], cash: '1000', configVersion: 1 });
  expect(paper.configuration).toMatchObject({ parameters: { tradingFee: 0.0005, cooldownMinutes: 0 }, execution: { orderType: 'market', maxSlippage: 0.02 }, caps: { maxDrawdown: 0.5 } });
  const live = await cli.rebalancer(['portfolio', 'create', 'my live', '--live', ...CREATE], { COLUMNS: '80' });
  expect(live).toMatchObject({ code: 0, stderr: expect.stringContaining("next: rebalancer portfolio start 'my live'\n") as string });
  expect(live.stdout).toMatch(new RegExp(`^my live {2}pf_\\w{26}\n${PLAY} {2}created\n`, 'u'));
  expect(tooWide(live.stdout)).toEqual([]);
});

it('shows what the start would buy, and changes nothing', async () => {
  await cli.product.untilPrices(PRICES[0]); // They are fetched of what some portfolio trades.
  const { dryRun, requested } = EvaluateAnswer.parse(await cli.json(['portfolio', 'evaluate', 'core', '--dry-run']));
  // 0.7 × 1,000 / 3 each, cut off after the four decimals of the market's price; nothing of it before the start.
  expect([requested, dryRun!.kind, dryRun!.legs.map(({ quoteValue }) => quoteValue)]).toEqual([false, 'hold', ['233.3333', '233.3333', '233.3333']]);
  const words = await cli.rebalancer(['portfolio', 'evaluate', 'core', '-n'], { COLUMNS: '80' });
  expect(words.stdout).toMatch(new RegExp(`^${PAPER}  would hold: .*\n[^]*^without that it would trade:\n`, 'mu'));
  expect(words.stdout).toMatch(/^0 buy HANA +233\.33 +for 233\.3333 +1 +0\.1167 /mu);
  expect(words.stdout).toMatch(/^in all {5}700\.00 traded, fees of about 0\.35$/mu);
  expect(tooWide(words.stdout)).toEqual([]);
  expect(await cli.show('core')).toMatchObject({ state: 'created', lastLook: null, openPlan: null });
});

it('starts both, and shows them bought into equal weights', async () => {
  expect(Portfolio.parse(await cli.json(['portfolio', 'start', 'core']))).toMatchObject({ state: 'running' });
  expect((await cli.rebalancer(['portfolio', 'start', 'my live'])).stdout).toMatch(new RegExp(`^my live {2}pf_\\w{26} {2}${PLAY} {2}running\n$`, 'u'));
  for (const name of ['core', 'my live']) {
    expect(await cli.untilPlans(name, 1)).toMatchObject([{ kind: 'initial', trigger: null, state: 'done' }]);
    const { holdings, cash } = await cli.show(name);
    // 233.33 units for 233.33 and a fee of 0.116665 each: 1,000 − 3 × 233.446665.
    expect([name, ...holdings.map(({ quantity }) => quantity), cash]).toEqual([name, '233.33', '233.33', '233.33', '299.660005']);
  }
  const words = await cli.rebalancer(['portfolio', 'show', 'core'], { COLUMNS: '80' });
  // 299.660005 and 3 × 233.33 are 999.650005.
  expect(words.stdout).toMatch(/^HANA +233\.33 +1 +233\.33 +23\.3 % +0\.0 % /mu);
  expect(words.stdout).toMatch(/^USDT +299\.660005 +299\.66 +30\.0 %$/mu);
  expect(words.stdout).toMatch(/^worth {6}999\.65 USDT; put in were 1,000\.00$/mu);
  expect(words.stdout).toMatch(/^sells {6}above \+40\.0 % or 36\.0 % of all, buys below -35\.0 %$/mu);
  expect(tooWide(words.stdout)).toEqual([]);
});

it('lists them', async () => {
  const page = PortfolioPage.parse(await cli.json(['portfolio', 'ls']));
  expect(new Set(page.data.map(({ name, mode, state }) => `${name}: ${mode} ${state}`))).toEqual(new Set(['core: paper running', 'my live: live running']));
  expect(PortfolioPage.parse(await cli.json(['portfolio', 'ls', '--mode', 'live', '--state', 'running'])).data).toHaveLength(1);
  const first = await cli.rebalancer(['portfolio', 'ls', '--limit', '1'], { COLUMNS: '80' });
  expect(first.stdout).toMatch(/^NAME +ID +MONEY +STATE +CAPITAL +ASSETS\n.+ pf_\w{26} {2}(paper|play money) +running +1000 USDT {2}HANA/u);
  const next = /^more: --after (\S+)$/mu.exec(first.stderr)![1]!;
  expect((await cli.rebalancer(['portfolio', 'ls', '--limit', '1', '--after', next])).stdout.split('\n')).toHaveLength(3);
});

it('explains why it does nothing, and at which prices it would', async () => {
  const { assets, verdict, isReproduced, evaluationId } = await cli.explain('core');
  expect([verdict!.kind, verdict!.detail, isReproduced, evaluationId]).toEqual(['hold', 'no threshold is exceeded', null, null]);
  // HANA at p: p / ((p + 2) / 3) − 1 = 0.4 where 3p = 1.4p + 2.8, so 1.75; −0.35 where 3p = 0.65p + 1.3, so 0.5532.
  expect(assets[0]!.triggers.upsideAbove).toBeCloseTo(1.75, 6);
  expect(assets[0]!.triggers.downsideBelow).toBeCloseTo(1.3 / 2.35, 6);
  // 36 % of all where 233.33p = 0.36 × (766.320005 + 233.33p): 1.8474.
  expect(assets[0]!.triggers.limitAbove).toBeCloseTo((0.36 * 766.320005) / (0.64 * 233.33), 6);
  const words = await cli.rebalancer(['portfolio', 'explain', 'core'], { COLUMNS: '80' });
  expect(words.stdout).toMatch(/^HANA +1 +233\.33 +23\.3 % +0\.0 % +1\.75 +0\.55319 +1\.8474$/mu);
  expect(words.stdout).toMatch(/^verdict {4}hold: no threshold is exceeded$/mu);
  expect(tooWide(words.stdout)).toEqual([]);
});

it('explains the rebalance after prices moved, and how things stood before', async () => {
  await cli.json(['portfolio', 'evaluate', 'core']);
  const beforeMs = Date.now();
  await cli.product.nextPrices();
  // Sold are 46.66 of HANA; bought 31.01 of each of the others; the arithmetic stands in test/e2e/trading/rebalances.spec.ts.
  for (const name of ['core', 'my live']) {
    const [, plan] = await cli.untilPlans(name, 2);
    expect([name, plan!.trigger!.kind, plan!.trigger!.asset, plan!.state]).toEqual([name, 'upside', 'HANA', 'done']);
    const { holdings, cash } = await cli.show(name);
    expect([...holdings.map(({ quantity }) => quantity), cash]).toEqual(['186.67', '264.34', '264.34', '326.218668']);
  }
  const then = await cli.explain('core', ['--at', new Date(beforeMs).toISOString()]);
  expect(then).toMatchObject({ isReproduced: true, verdict: { kind: 'hold' }, configVersion: 1 });
  expect([then.evaluationId === null, then.assets.map(({ price }) => price)]).toEqual([false, [1, 1, 1]]);
  const words = (await cli.rebalancer(['portfolio', 'explain', 'core'], { COLUMNS: '80' })).stdout;
  expect(words).toMatch(/^ {2}wanted {3}.*sell.* HANA/mu);
  expect(words).toMatch(/^ {2}done {5}plan pl_\w{26} is done: sold 46\.66 HANA for 88\.65 USDT; bought 31\.01 AIA for 31\.01 USDT; bought 31\.01 XAN for 31\.01 USDT$/mu);
});

it('shows plans, their legs and all that happened to them', async () => {
  const [first, second] = await cli.untilPlans('core', 2);
  const plans = await cli.rebalancer(['portfolio', 'plans', 'core'], { COLUMNS: '80' });
  expect(plans.stdout).toMatch(new RegExp(`^ID .*\n${second!.id}  \\S{10} \\S{5}  HANA upside  done in .*\n${first!.id}  \\S{10} \\S{5}  the start +done in .*\n$`, 'u'));
  expect((await cli.rebalancer(['portfolio', 'plans', 'core', '--limit', '1'])).stdout.split('\n')).toHaveLength(3);
  const { legs } = PlanDetail.parse(await cli.json(['portfolio', 'plan', 'show', second!.id]));
  expect(legs.map(({ side, asset, state, filledQuantity, attempts }) => [side, asset, state, filledQuantity, attempts.length])).toEqual([
    ['sell', 'HANA', 'filled', '46.66', 1], ['buy', 'AIA', 'filled', '31.01', 1], ['buy', 'XAN', 'filled', '31.01', 1],
  ]);
  const shown = await cli.rebalancer(['portfolio', 'plan', 'show', second!.id], { COLUMNS: '80' });
  // 46.66 × 1.9 = 88.654, of which 0.044327 are the fee.
  expect(shown.stdout).toMatch(/^0 sell HANA +filled +46\.66 +88\.65 +1\.9 +0\.0 bps +0\.0443 +1$/mu);
  expect(tooWide(shown.stdout)).toEqual([]);
  const { events } = PlanTimeline.parse(await cli.json(['portfolio', 'plan', 'timeline', second!.id]));
  expect([events[0]!.kind, events.at(-1)!.text, events.filter(({ kind }) => kind === 'fill').length]).toEqual(['decided', 'plan: done', 3]);
  const timeline = await cli.rebalancer(['portfolio', 'plan', 'timeline', second!.id], { COLUMNS: '80' });
  expect(timeline.stdout).toContain(`${second!.id}  ${PAPER}  done\n`);
  expect(timeline.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2} *\+\d+ ms {2}leg 0: sold 46\.66 HANA at 1\.9 {2}for 88\.654, fee 0\.044327 USDT$/mu);
});

it('compares the books with the exchange: 0 where they are equal, 11 where they differ in anything', async () => {
  expect(await cli.rebalancer(['portfolio', 'reconcile', 'core'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^paper-pf_\w{26}: the books equal the exchange, 4 assets\n$/u) as string });
  expect(Reconciliation.parse(await cli.json(['portfolio', 'reconcile', 'my live']))).toMatchObject({ accountId: 'live-simulator', isEqual: true, differences: [] });
  const { accountId } = await cli.show('core');
  const free = (change: string) => cli.product.dataSource.query("UPDATE paper_balance SET free = free + $2::numeric WHERE account_id = $1 AND asset = 'HANA'", [accountId, change]);
  await free('-5');
  const paper = await cli.rebalancer(['portfolio', 'reconcile', 'core']);
  expect([paper.code, paper.stdout]).toEqual([11, expect.stringMatching(/^ASSET {2}BY THE BOOKS {2}AT THE EXCHANGE\nHANA +186\.67 +181\.67\n$/u)]);
  await free('5');
  await cli.product.simulator.control('PUT', '/balances', { asset: 'AIA', free: '269.34' });
  const live = await cli.rebalancer(['portfolio', 'reconcile', 'my live', '--json']);
  expect(live.code).toBe(11);
  expect(Reconciliation.parse(documentOf(live))).toMatchObject({ isEqual: false, differences: [{ asset: 'AIA', booked: '264.34', venue: '269.34' }] });
  await cli.product.simulator.control('PUT', '/balances', { asset: 'AIA', free: '264.34' });
  for (const name of ['core', 'my live']) expect((await cli.rebalancer(['portfolio', 'reconcile', name])).code).toBe(0);
});

it('replays both, and finds no decision that the engine would not have made', async () => {
  for (const name of ['core', 'my live']) {
    const replay = PortfolioReplay.parse(await cli.json(['portfolio', 'replay', name]));
    expect([name, replay.plans, replay.isCut, replay.divergences.filter(({ cause }) => cause === 'decision' || cause === 'fault')]).toEqual([name, 2, false, []]);
  }
  const words = await cli.rebalancer(['portfolio', 'replay', 'core', '--from', '2020-01-01'], { COLUMNS: '80' });
  expect(words.stdout).toMatch(/^\d+ decisions, 2 plans, /u);
  expect(tooWide(words.stdout, /^(\d+ decisions|equity)/u)).toEqual([]);
});

it('shows it again and again, through an API that is away for a moment, until Ctrl-C', async () => {
  const watch = startCli(['portfolio', 'show', 'core', '--watch', '--every', '0.5'], { environment: cli.environment });
  const looks = (): number => watch.stdout().split('worth ').length - 1;
  await until(async () => looks(), (count) => count >= 2);
  await cli.stopApi();
  await until(async () => watch.stderr(), (text) => /^warning: cannot reach the API at /mu.test(text));
  const seen = looks();
  await cli.startApi();
  await until(async () => looks(), (count) => count > seen);
  watch.process.kill('SIGINT');
  expect((await watch.ended).code).toBe(130);
}, 60_000);

it('changes what it is told, shows what would trade much at once, and does that when the token comes back', async () => {
  expect(await cli.rebalancer(['portfolio', 'change', 'core', '--set', 'downsideThreshold=0.5', '--cap', 'maxDrawdown=none'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^core {2}configuration 2 {2}[\da-f]{12}\n$/u) as string });
  expect((await cli.show('core')).configuration).toMatchObject({ parameters: { downsideThreshold: 0.5, upsideThreshold: 0.4 }, caps: { maxDrawdown: null } });
  // HANA, worth 354.673, is 20.45 % above the mean of 294.451; all of it is 29.3 % of 1,209.57.
  const change = ['portfolio', 'change', 'core', '--set', 'upsideThreshold=0.2', '--set', 'sellPercentage=1'];
  const shown = await cli.rebalancer(change, { COLUMNS: '80' });
  expect([shown.code, shown.stdout]).toEqual([5, expect.stringMatching(/^the change would trade \d\d\.\d % of the portfolio at once:\nPAPER .* would trade: upside.*[^]*^0 sell HANA +354\.67 +186\.67 +1\.9 /mu)]);
  expect(tooWide(shown.stdout)).toEqual([]);
  // Without XAN all is worth 945.23, and HANA, 37.5 % of that, is above its 36 %.
  const basket = ['portfolio', 'change', 'core', '--assets', 'HANA,AIA'];
  const again = problemOf(await cli.rebalancer([...basket, '--json'])) as unknown as { readonly code: string; readonly preview: { readonly token: string } };
  expect([again.code, (await cli.rebalancer(basket)).stderr]).toEqual(['preview-needed', expect.stringContaining(`--confirm ${again.preview.token}\n`)]);
  expect(Portfolio.parse(await cli.json([...basket, '--confirm', again.preview.token]))).toMatchObject({ configVersion: 3, otherHoldings: [{ asset: 'XAN', quantity: '264.34' }] });
  expect((await cli.untilPlans('core', 3)).at(-1)).toMatchObject({ endReason: null, trigger: { kind: 'limit', asset: 'HANA' }, configVersion: 3, state: 'done' });
}, 60_000);

const cashIn = (text: string): string => Number(/^core {2}([\d.]+) USDT in cash\n$/u.exec(text)![1]).toFixed(6);

it('gives a portfolio money and takes it back', async () => {
  await cli.json(['portfolio', 'pause', 'core', '--reason', 'counting']);
  const { cash } = await cli.show('core');
  const plus = (quantity: number): string => (Number(cash) + quantity).toFixed(6);
  const deposited = await cli.rebalancer(['portfolio', 'deposit', 'core', '100.5']);
  const withdrawn = await cli.rebalancer(['portfolio', 'withdraw', 'core', '50']);
  expect([deposited, withdrawn].map(({ stdout }) => cashIn(stdout))).toEqual([plus(100.5), plus(50.5)]);
  expect((await cli.show('core')).netDeposits).toBe(1_050.5);
  const tooMuch = await cli.rebalancer(['portfolio', 'withdraw', 'core', '5000']);
  expect([tooMuch.code, tooMuch.stderr]).toEqual([5, expect.stringMatching(/^error: [\d.]+ can be moved at most\n/u)]);
});

it('pauses, resumes and stops, with the reason on record', async () => {
  expect(await cli.show('core')).toMatchObject({ state: 'paused', stateReason: 'counting' });
  expect((await cli.rebalancer(['portfolio', 'resume', 'core'])).stdout).toContain('  running\n');
  const paused = await cli.rebalancer(['portfolio', 'pause-buys', 'core']);
  expect([paused.code, paused.stdout]).toEqual([0, expect.stringContaining('  buys-paused\n')]);
  expect(await cli.rebalancer(['portfolio', 'rm', 'core'])).toMatchObject({ code: 5, stderr: expect.stringContaining('(state-conflict, ') as string });
  expect(Portfolio.parse(await cli.json(['portfolio', 'stop', 'core']))).toMatchObject({ state: 'stopped' });
});

it('stops all trading at once, and goes on only after the books were found equal', async () => {
  const killed = await cli.rebalancer(['kill', '--reason', 'a drill']);
  expect([killed.code, killed.stdout, killed.stderr]).toEqual([0, 'all: halt\n', expect.stringContaining('to go on: rebalancer kill release --scope all --reason TEXT')]);
  expect((await cli.rebalancer(['kill', 'status'])).stdout).toMatch(/^SCOPE +STATE +SINCE +BY +REASON\nall +halt +\S+ \S+ +\S+ +a drill\n$/u);
  expect(await cli.show('my live')).toMatchObject({ tradingState: 'halt' });
  const release = ['kill', 'release', '--scope', 'all', '--reason', 'looked at it'];
  expect(await cli.rebalancer(release)).toMatchObject({ code: 0, stdout: 'all: run\n', stderr: expect.stringContaining('comparing the books with the exchange first') as string });
  expect(KillSwitches.parse(await cli.json(['kill', 'status']))).toMatchObject({ engaged: [], history: [{ state: 'run', reason: 'looked at it' }, { state: 'halt', reason: 'a drill' }] });
});

it('narrows a kill switch to an account or a portfolio, and writes the HALT file without any API', async () => {
  const { id } = await cli.show('my live');
  expect(await cli.json(['kill', '--account', 'live-simulator', '--reduce-only'])).toMatchObject({ scope: 'account:live-simulator', state: 'reduce-only' });
  expect(await cli.rebalancer(['kill', '--portfolio', id])).toMatchObject({ stdout: `portfolio:${id}: halt\n` });
  expect(KillSwitches.parse(await cli.json(['kill', 'status'])).engaged).toHaveLength(2);
  await cli.stopApi();
  expect(await cli.rebalancer(['kill', '--file', '--reason', 'no API'])).toMatchObject({ code: 0, stderr: expect.stringContaining(`wrote ${cli.haltFile}: `) as string });
  expect([existsSync(cli.haltFile), readFileSync(cli.haltFile, 'utf8')]).toEqual([true, expect.stringContaining('no API')]);
  await rm(cli.haltFile);
  expect(await cli.rebalancer(['kill'])).toMatchObject({ code: 7 });
  await cli.startApi();
}, 60_000);

it('lists the live account with what each portfolio has of it', async () => {
  const { data } = Accounts.parse(await cli.json(['account', 'ls']));
  const live = data.find(({ id }) => id === 'live-simulator')!;
  expect(live).toMatchObject({ mode: 'live', money: 'play money', isExecutorThere: true, haltReason: null, mismatchSince: null });
  // 5,000 less what "my live" got; of those are left 326.218668.
  expect(live.balances.find(({ asset }) => asset === 'USDT')).toMatchObject({ quantity: '4326.218668', unassigned: '4000' });
  const words = await cli.rebalancer(['account', 'ls'], { COLUMNS: '80' });
  expect(words.stdout).toMatch(new RegExp(`^live-simulator {2}${PLAY} {2}key [\\da-f]{12}$`, 'mu'));
  expect(words.stdout).toMatch(/^USDT +4326\.218668 +4000 +1$/mu);
  expect(tooWide(words.stdout)).toEqual([]);
});

it('deletes what is stopped; its books stay', async () => {
  expect(await cli.rebalancer(['portfolio', 'rm', 'core'])).toMatchObject({ code: 0, stderr: 'deleted core; its books stay\n' });
  expect(await cli.rebalancer(['portfolio', 'show', 'core'])).toMatchObject({ code: 4, stderr: expect.stringContaining('error: there is no portfolio "core"; `rebalancer portfolio ls` names them\n') as string });
  expect(PortfolioPage.parse(await cli.json(['portfolio', 'ls'])).data.map(({ name }) => name)).toEqual(['my live']);
});
