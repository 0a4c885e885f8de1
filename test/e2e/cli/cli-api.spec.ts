import { writeFile, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort, temporaryFolder, type TemporaryFolder } from '#testing';
import { documentOf, problemOf, runCli, startCli, type CliEnd } from './run-cli.js';
import { aRun, FIGURES, RUN_ID, ScriptedApi, sendJson, sendProblem, streamRuns, SUMMARY, type Answer } from './scripted-api.js';

const RUN = ['backtest', 'run', '--assets', 'HANA,TRUTH', '--exchange', 'MEXC', '--interval', '1m'];
const EVENTS = `/v1/backtests/${RUN_ID}/events`;
const RUN_PATH = `/v1/backtests/${RUN_ID}`;
const completed = aRun({ status: 'completed', figures: FIGURES, progress: { fraction: 1, simulatedAt: null, barsPerSecond: null } });
const running = (fraction: number) =>
  aRun({ status: 'running', progress: { fraction, simulatedAt: '2026-01-02T00:00:00.000Z', barsPerSecond: 5e6 } });

let folder: TemporaryFolder;
let api: ScriptedApi | null = null;
let tokenFile: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  tokenFile = path.join(folder.path, 'token');
  await writeFile(tokenFile, 'reb_secret\n', { mode: 0o600 });
});
afterEach(async () => {
  await api?.stop();
  api = null;
});
afterAll(() => folder.remove());

async function scripted(answer: Answer): Promise<{ readonly api: ScriptedApi; readonly environment: Record<string, string> }> {
  api = await ScriptedApi.start(answer);
  return { api, environment: { REBALANCER_API_URL: api.url, REBALANCER_TOKEN_FILE: tokenFile } };
}

describe('backtest run', () => {
  it('submits with the token and prints the id alone', async () => {
    const { api: server, environment } = await scripted((response) => sendJson(response, 202, aRun()));
    const end = await runCli([...RUN, '--set', 'usdtReserve=0.2', '--force'], { environment });
    expect(end).toMatchObject({ code: 0, stdout: `${RUN_ID}\n`, stderr: `next: rebalancer backtest show ${RUN_ID} --wait\n` });
    const [post] = server.seen;
    expect(post).toMatchObject({
      method: 'POST',
      url: '/v1/backtests?force=true',
      headers: { authorization: 'Bearer reb_secret', 'content-type': 'application/json' },
    });
    expect(JSON.parse(post?.body ?? '')).toMatchObject({
      assets: ['HANA', 'TRUTH'],
      exchange: 'MEXC',
      quote: 'USDT',
      parameters: { usdtReserve: 0.2 },
    });
  });

  it('sends a request that failed again under the same key, so that there is one run', async () => {
    let count = 0;
    const { api: server, environment } = await scripted((response) => {
      count += 1;
      if (count === 1) response.destroy();
      else if (count === 2) sendProblem(response, 503, 'database-unavailable');
      else sendJson(response, 202, aRun());
    });
    expect(await runCli(RUN, { environment })).toMatchObject({ code: 0, stdout: `${RUN_ID}\n` });
    const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('waits through a broken stream, taking it up where it broke, and prints the table', async () => {
    let streams = 0;
    const { api: server, environment } = await scripted((response, { method, url }) => {
      if (method === 'POST') return sendJson(response, 202, aRun());
      if (url === `${RUN_PATH}/summary`) return sendJson(response, 200, SUMMARY);
      if (url === EVENTS) {
        streams += 1;
        if (streams === 1) {
          streamRuns(response, [
            [4, running(0.25)],
            [5, running(0.5)],
          ]);
          return setTimeout(() => response.destroy(), 50);
        }
        streamRuns(response, [[9, completed]]);
        return response.end();
      }
      return sendJson(response, 200, streams < 2 ? running(0.5) : completed);
    });
    const end = await runCli([...RUN, '--wait'], { environment });
    expect(end.code).toBe(0);
    expect(server.seenAt('GET', EVENTS).map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '5']);
    // 0.25 − 0.1 is 15 percentage points; two of three rebalances won.
    expect(end.stdout).toMatch(/^Return +\+25\.0 % +\+10\.0 %/m);
    expect(end.stdout).toContain('vs hold +15.0 pp');
    expect(end.stdout).toMatch(/^Win rate +66\.7 %$/m);
    expect(end.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('asks again and again where streams do not come through', async () => {
    let questions = 0;
    const { api: server, environment } = await scripted((response, { method, url }) => {
      if (method === 'POST') return sendJson(response, 202, aRun());
      if (url === EVENTS) return sendProblem(response, 429, 'too-many-streams');
      if (url === `${RUN_PATH}/summary`) return sendJson(response, 200, SUMMARY);
      questions += 1;
      return sendJson(response, 200, questions < 5 ? running(questions / 5) : completed);
    });
    const end = await runCli([...RUN, '--wait', '--json'], { environment });
    expect(end.code).toBe(0);
    expect(documentOf(end)).toMatchObject({
      id: RUN_ID,
      status: 'completed',
      summary: { totalReturn: 0.25 },
      yardsticks: { hold: { totalReturn: 0.1 } },
    });
    expect(server.seenAt('GET', EVENTS)).toHaveLength(3);
  });

  it('ends with 11 when the run failed, and says why', async () => {
    const failed = aRun({ status: 'failed', error: { code: 'no-shared-bars', detail: 'the assets share no bar' } });
    const { environment } = await scripted((response, { method, url }) => {
      if (method === 'POST') return sendJson(response, 202, aRun());
      if (url === EVENTS) streamRuns(response, [[2, failed]]);
      return url === EVENTS ? response.end() : sendJson(response, 200, failed);
    });
    const plain = await runCli([...RUN, '--wait'], { environment });
    expect(plain.code).toBe(11);
    expect(plain.stdout).toContain('error: the assets share no bar (no-shared-bars)');
    const json = await runCli([...RUN, '--wait', '--json'], { environment });
    expect(json.code).toBe(11);
    expect(documentOf(json)).toMatchObject({ status: 'failed', error: { code: 'no-shared-bars' } });
  });

  it('returns a run that is finished already at once', async () => {
    const { api: server, environment } = await scripted((response, { method }) =>
      sendJson(response, 200, method === 'POST' ? { ...completed, cached: true } : SUMMARY),
    );
    const end = await runCli([...RUN, '--wait'], { environment });
    expect(end).toMatchObject({ code: 0, stderr: expect.stringContaining('is finished already') });
    expect(server.seenAt('GET', EVENTS)).toEqual([]);
  });
});

const endless: Answer = (response, { method, url }) => {
  if (method === 'POST') return sendJson(response, 202, aRun());
  if (url === EVENTS) return streamRuns(response, [[3, running(0.1)]]);
  return sendJson(response, 200, running(0.1));
};

describe('waiting', () => {
  it('ends with 8 when the time is over, and says how to go on', async () => {
    const { environment } = await scripted(endless);
    const end = await runCli([...RUN, '--wait', '--timeout', '1', '--json'], { environment });
    expect(end.code).toBe(8);
    expect(problemOf(end)).toMatchObject({ code: 'wait-timeout', status: 504, remedy: `rebalancer backtest show ${RUN_ID} --wait` });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('lets go on %s, and says how to take it up again', async (signal, code) => {
    const { api: server, environment } = await scripted(endless);
    const cli = startCli([...RUN, '--wait'], { environment });
    await untilTrue(() => server.seenAt('GET', EVENTS).length > 0);
    cli.process.kill(signal);
    const end = await cli.ended;
    expect(end).toMatchObject({ code, stdout: '' });
    expect(end.stderr).toContain(`rebalancer backtest show ${RUN_ID} --wait`);
  });
});

describe('the API refuses', () => {
  const refusals = [
    { status: 401, problem: 'unauthorized', code: 6 },
    { status: 404, problem: 'backtest-not-found', code: 4 },
    { status: 409, problem: 'run-not-finished', code: 5 },
    { status: 422, problem: 'backtest-impossible', code: 3 },
    { status: 500, problem: 'internal-error', code: 1 },
    { status: 503, problem: 'database-unavailable', code: 7 },
  ];

  it.each(refusals)('$status as exit code $code, its problem handed on', async ({ status, problem, code }) => {
    const { environment } = await scripted((response) => sendProblem(response, status, problem));
    const end = await runCli(['backtest', 'show', RUN_ID, '--json'], { environment });
    expect(end.code).toBe(code);
    expect(problemOf(end)).toMatchObject({ status, code: problem, detail: `detail of ${problem}` });
  });

  it('nothing where nobody listens: 7 and the command that starts it', async () => {
    const environment = { REBALANCER_API_URL: `http://127.0.0.1:${await freePort()}`, REBALANCER_TOKEN_FILE: tokenFile };
    const end = await runCli(['backtest', 'ls'], { environment });
    expect(end).toMatchObject({ code: 7, stdout: '' });
    expect(end.stderr).toContain('nothing listens there');
    expect(end.stderr).toContain('try: start it with npm start');
  });

  it('is told from a server that is not the API', async () => {
    const { environment } = await scripted((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'));
    expect(await runCli(['backtest', 'ls'], { environment })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in a form that this version does not know'),
    });
  });

  it('a token file that is not there is 6 before anything is sent', async () => {
    const { api: server, environment } = await scripted((response) => sendJson(response, 200, {}));
    const end = await runCli(['backtest', 'ls', '--json', '--token-file', path.join(folder.path, 'none')], { environment });
    expect(end.code).toBe(6);
    expect(problemOf(end)).toMatchObject({ code: 'token-missing', status: 401 });
    expect(server.seen).toEqual([]);
  });
});

describe('looking', () => {
  it('lists runs within 80 columns, with the next page as a command', async () => {
    const page = {
      data: [completed, aRun({ name: 'a name that is much too long for one column of a table' })],
      page: { next: 'cursor1', hasMore: true },
    };
    const { api: server, environment } = await scripted((response) => sendJson(response, 200, page));
    const end = await runCli(['backtest', 'ls', '--status', 'completed', '--sort', '-sharpe', '--limit', '2'], {
      environment: { ...environment, COLUMNS: '80' },
    });
    expect(end.code).toBe(0);
    expect(server.seen[0]?.url).toBe('/v1/backtests?status=completed&sort=-sharpe&limit=2');
    const lines = end.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines[1]).toMatch(new RegExp(`^${RUN_ID}  completed  .*\\+25\\.0 % +-20\\.0 %$`));
    expect(end.stderr).toContain('more: rebalancer backtest ls --status completed --sort -sharpe --limit 2 --after cursor1');
  });

  it('asks the API for the coverage where no database is known', async () => {
    const line = {
      exchange: 'MEXC',
      base: 'HANA',
      interval: '1m',
      first: '2026-05-20T18:30:00.000Z',
      last: '2026-06-19T14:14:00.000Z',
      candles: 42_945,
      gaps: 0,
      missing: 0,
      zeroVolumeFraction: 0,
    };
    const { api: server, environment } = await scripted((response) =>
      sendJson(response, 200, {
        data: [
          { ...line, quote: 'USDT' },
          { ...line, quote: 'USDC' },
        ],
      }),
    );
    const end = await runCli(['candles', 'coverage', '--symbol', 'HANA/USDT'], { environment: { ...environment, COLUMNS: '80' } });
    expect(server.seen[0]?.url).toBe('/v1/candles/coverage?base=HANA');
    expect(end.stdout).toBe(
      'SERIES             FIRST       LAST        CANDLES  GAPS  MISSING  NO TRADE\n' +
        'MEXC HANA/USDT 1m  2026-05-20  2026-06-19   42,945     0        0     0.0 %\n',
    );
  });

  it('says that a run which has ended cannot be canceled', async () => {
    const { environment } = await scripted((response) => sendJson(response, 202, completed));
    const end = await runCli(['backtest', 'cancel', RUN_ID, '--json'], { environment });
    expect(end.code).toBe(5);
    expect(problemOf(end).code).toBe('run-has-ended');
  });
});

const trade = (time: number, asset: string) => ({
  time,
  side: 'buy',
  asset,
  quantity: 2,
  price: 0.5,
  value: 1,
  fee: 0.001,
  rebalance: null,
});

const pages: Answer = (response, { url }) => {
  const isFirst = !url.includes('after=');
  sendJson(
    response,
    200,
    isFirst
      ? { data: [trade(1, 'HANA'), trade(2, '=cmd()')], page: { next: '2', hasMore: true } }
      : { data: [trade(3, 'A,B')], page: { next: null, hasMore: false } },
  );
};

const CSV =
  'time,side,asset,quantity,price,value,fee,rebalance\n1,buy,HANA,2,0.5,1,0.001,\n2,buy,\'=cmd(),2,0.5,1,0.001,\n3,buy,"A,B",2,0.5,1,0.001,\n';

const exported = async (args: readonly string[], answer: Answer = pages): Promise<CliEnd & { readonly requests: readonly string[] }> => {
  const { api: server, environment } = await scripted(answer);
  const end = await runCli(['backtest', 'export', RUN_ID, ...args], { environment });
  return { ...end, requests: server.seen.map(({ url }) => url) };
};

describe('backtest export', () => {
  it('writes all pages as CSV that no spreadsheet runs', async () => {
    const end = await exported([]);
    expect(end).toMatchObject({ code: 0, stderr: '', stdout: CSV });
    expect(end.requests).toEqual([`${RUN_PATH}/trades?limit=1000`, `${RUN_PATH}/trades?limit=1000&after=2`]);
  });

  it('writes JSON', async () => {
    const end = await exported(['--format', 'json']);
    expect(JSON.parse(end.stdout)).toEqual([trade(1, 'HANA'), trade(2, '=cmd()'), trade(3, 'A,B')]);
  });

  it('writes the header of a run without trades', async () => {
    const end = await exported([], (response) => sendJson(response, 200, { data: [], page: { next: null, hasMore: false } }));
    expect(end.stdout).toBe('time,side,asset,quantity,price,value,fee,rebalance\n');
  });

  it('writes the file whole', async () => {
    const file = path.join(folder.path, 'trades.csv');
    const end = await exported(['-o', file]);
    expect(end).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('3 rows') });
    expect(await readFile(file, 'utf8')).toBe(CSV);
  });

  it('or not at all', async () => {
    const file = path.join(folder.path, 'half.csv');
    const end = await exported(['-o', file], (response, request) =>
      request.url.includes('after=') ? sendProblem(response, 404, 'backtest-not-found') : pages(response, request),
    );
    expect(end.code).toBe(4);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('half.csv'))).toEqual([]);
  });

  it.each([
    ['into a folder that is not there', 'nowhere/x.csv', 4],
    ['over a folder', '', 3],
  ])('refuses to write %s', async (_, name, code) => {
    const end = await exported(['--json', '-o', path.join(folder.path, name)]);
    expect(end.code).toBe(code);
    expect(problemOf(end).code).toBe('output-unwritable');
  });
});

async function untilTrue(claim: () => boolean): Promise<void> {
  while (!claim())
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
}
