import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KillSwitch } from '#contracts';
import { temporaryFolder, type TemporaryFolder } from '#testing';
import { problemOf, runCli } from './run-cli.js';
import { ScriptedApi, sendJson, sendProblem, type Answer } from './scripted-api.js';

const ID = 'pf_01JD9Z5X8Q4Y6T2M3N7P0R1S5V';

let folder: TemporaryFolder;
const started: ScriptedApi[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(path.join(folder.path, 'token'), 'reb_token\n');
});
afterAll(() => folder.remove());
afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.stop()));
});

async function scripted(answer: Answer) {
  const api = await ScriptedApi.start(answer);
  started.push(api);
  return { api, environment: { REBALANCER_API_URL: api.url, REBALANCER_TOKEN_FILE: path.join(folder.path, 'token') } };
}

/** Does as it is told. */
const obeying: Answer = (response, { body }) => sendJson(response, 200, aSwitch(JSON.parse(body) as Partial<KillSwitch>));

function aSwitch(changes: Partial<KillSwitch>): KillSwitch {
  return { scope: 'all', state: 'run', reason: 'none', setBy: 'tok', setAt: '2026-01-01T00:00:00.000Z', version: 1, ...changes };
}

it('releases for the reason that is given to the release, which `kill` itself has a flag for too', async () => {
  const { api, environment } = await scripted(obeying);
  const end = await runCli(['kill', 'release', '--scope', 'all', '--reason', 'looked at it'], { environment });
  expect(end).toMatchObject({ code: 0, stdout: 'all: run\n' });
  expect(api.seenAt('POST', '/v1/kill-switch/release').map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ scope: 'all', reason: 'looked at it' }]);
});

it('asks for a reason to release, and releases nothing without', async () => {
  const { api, environment } = await scripted(obeying);
  const end = await runCli(['kill', 'release', '--scope', 'all', '--json'], { environment });
  expect([end.code, problemOf(end).detail]).toEqual([2, "required option '--reason <text>' not specified"]);
  expect(api.seen).toEqual([]);
});

it('stops a portfolio by its id without asking for anything else', async () => {
  const { api, environment } = await scripted(obeying);
  const end = await runCli(['kill', '--portfolio', ID, '--reduce-only', '--reason', 'looks wrong'], { environment });
  expect(end).toMatchObject({ code: 0, stdout: `portfolio:${ID}: reduce-only\n` });
  expect(api.seen.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual([
    ['POST', '/v1/kill-switch', { scope: `portfolio:${ID}`, state: 'reduce-only', reason: 'looks wrong' }],
  ]);
});

it('looks up a portfolio that is called by its name, and stops nothing where there is none', async () => {
  const { api, environment } = await scripted((response) => sendProblem(response, 404, 'portfolio-not-found'));
  const end = await runCli(['kill', '--portfolio', 'sample'], { environment });
  expect(end.code).toBe(4);
  expect(api.seen.map(({ method, url }) => [method, url])).toEqual([['GET', '/v1/portfolios/sample']]);
});
