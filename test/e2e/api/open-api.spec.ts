import { Ajv2020 } from 'ajv/dist/2020.js';
import { PROBLEMS } from '#contracts';
import { startApi, type ApiFixture } from './api-fixture.js';
import { aNewRun, completeRun, runId } from './made-runs.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema?: object }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly $ref?: string } }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: { readonly $ref?: string } }> }>;
  readonly security?: readonly object[];
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: object };
  readonly security: readonly object[];
}

let api: ApiFixture;
let document: Document;
beforeAll(async () => {
  api = await startApi({ withRedis: false });
  document = (await api.anonymous().get('/openapi.json')).body as Document;
});
afterAll(() => api.stop());

const operation = (method: string, path: string): Operation => {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not in the document`);
  return found;
};
const answerOf = (method: string, path: string, status: number, type = 'application/json') =>
  operation(method, path).responses[status]?.content?.[type]?.schema.$ref?.replace('#/components/schemas/', '');

/** Every route that the server really has, as Express knows them. */
function servedRoutes(): readonly string[] {
  const router = (api.app.getHttpAdapter().getInstance() as { router: { stack: readonly { route?: { path: string; methods: Record<string, boolean> } }[] } }).router;
  const routes = router.stack.flatMap(({ route }) => (route === undefined ? [] : Object.keys(route.methods).map((method) => `${method} ${route.path}`)));
  return routes.filter((route) => !/ \/(?:docs|openapi)/.test(route)).map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
}

it('is OpenAPI 3.1 with a name and a version', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Rebalancer', version: '0.0.0' }, security: [{ token: [] }] });
  expect(document.components.securitySchemes).toEqual({ token: expect.objectContaining({ type: 'http', scheme: 'bearer' }) });
});

it('has every route that is served, and no other', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  const served = servedRoutes();
  expect(served.length).toBeGreaterThan(10);
  expect(documented.sort()).toEqual([...served].sort());
});

it('names every operation once', () => {
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

it.each([
  ['post', '/v1/backtests', 202, 'BacktestRun'], ['post', '/v1/backtests', 200, 'BacktestRun'], ['get', '/v1/backtests', 200, 'BacktestRunPage'],
  ['get', '/v1/backtests/{id}', 200, 'BacktestRun'], ['post', '/v1/backtests/{id}/cancel', 202, 'BacktestRun'],
  ['get', '/v1/backtests/{id}/summary', 200, 'BacktestSummary'], ['get', '/v1/backtests/{id}/equity', 200, 'SeriesPoints'],
  ['get', '/v1/backtests/{id}/drawdown', 200, 'SeriesPoints'], ['get', '/v1/backtests/{id}/weights', 200, 'WeightsPoints'],
  ['get', '/v1/backtests/{id}/trades', 200, 'BacktestTradePage'], ['get', '/v1/backtests/{id}/rebalances', 200, 'BacktestRebalancePage'],
  ['get', '/v1/backtests/{id}/evaluations', 200, 'EvaluationCounts'], ['get', '/v1/candles/coverage', 200, 'CandleCoverage'],
  ['post', '/v1/candle-backfills', 202, 'SubmittedBackfills'], ['get', '/v1/candle-backfills', 200, 'CandleBackfills'],
  ['get', '/v1/candles/followed', 200, 'FollowedSeries'], ['get', '/v1/candle-backfills/{id}', 200, 'CandleBackfill'], ['post', '/v1/candle-backfills/{id}/cancel', 202, 'CandleBackfill'],
  ['get', '/v1/exchange', 200, 'ExchangeStatus'], ['get', '/v1/exchange/markets', 200, 'ExchangeMarkets'], ['get', '/v1/prices', 200, 'Prices'],
  ['post', '/v1/portfolios', 201, 'Portfolio'], ['get', '/v1/portfolios', 200, 'PortfolioPage'], ['patch', '/v1/portfolios/{id}', 200, 'Portfolio'], ['post', '/v1/portfolios/{id}/start', 200, 'Portfolio'],
  ['post', '/v1/portfolios/{id}/evaluate', 200, 'EvaluateAnswer'], ['get', '/v1/portfolios/{id}/explain', 200, 'Explanation'], ['get', '/v1/portfolios/{id}/plans', 200, 'PlanPage'],
  ['get', '/v1/portfolios/{id}/evaluations', 200, 'EvaluationPage'], ['get', '/v1/portfolios/{id}/equity', 200, 'PortfolioEquity'], ['get', '/v1/portfolios/{id}/ledger', 200, 'LedgerPage'],
  ['get', '/v1/portfolios/{id}/replay', 200, 'PortfolioReplay'], ['post', '/v1/portfolios/{id}/reconcile', 202, 'Reconciliation'], ['get', '/v1/plans/{id}', 200, 'PlanDetail'],
  ['get', '/v1/plans/{id}/timeline', 200, 'PlanTimeline'], ['post', '/v1/plans/{id}/abandon', 200, 'Plan'], ['get', '/v1/accounts', 200, 'Accounts'], ['get', '/v1/kill-switch', 200, 'KillSwitches'],
  ['post', '/v1/kill-switch', 200, 'KillSwitch'], ['post', '/v1/kill-switch/release', 200, 'KillSwitch'],
  ['get', '/livez', 200, 'Liveness'], ['get', '/readyz', 503, 'Readiness'],
])('%s %s answers %i with %s', (method, path, status, schema) => {
  expect(answerOf(method, path, status)).toBe(schema);
  expect(document.components.schemas).toHaveProperty(schema);
});

it('says what a submission takes', () => {
  const submit = operation('post', '/v1/backtests');
  expect(submit.requestBody?.content['application/json']?.schema.$ref).toBe('#/components/schemas/SubmitBacktest');
  const parameters = submit.parameters?.map(({ name, in: place, required }) => [name, place, required ?? false]);
  expect(parameters).toEqual(expect.arrayContaining([['force', 'query', false], ['Idempotency-Key', 'header', false]]));
  expect(document.components.schemas['SubmitBacktest']).toMatchObject({ required: ['exchange', 'interval', 'assets'], additionalProperties: false });
});

it('says which query parameters may be left out', () => {
  const list = operation('get', '/v1/backtests').parameters ?? [];
  expect(list.map(({ name }) => name).sort()).toEqual(['after', 'exchange', 'interval', 'limit', 'sort', 'status', 'tag']);
  expect(list.filter(({ required }) => required)).toEqual([]);
  expect(operation('get', '/v1/backtests/{id}').parameters).toEqual([expect.objectContaining({ name: 'id', in: 'path', required: true })]);
});

it('says which problems every guarded route may answer', () => {
  for (const [path, methods] of Object.entries(document.paths).filter(([name]) => name.startsWith('/v1'))) {
    for (const method of Object.keys(methods)) {
      for (const status of [401, 500, 503]) expect([path, answerOf(method, path, status, 'application/problem+json')]).toEqual([path, 'Problem']);
    }
  }
  expect(answerOf('delete', '/v1/backtests/{id}', PROBLEMS['run-is-active'].status, 'application/problem+json')).toBe('Problem');
});

it('says that probes need no token', () => {
  for (const path of ['/livez', '/readyz']) {
    expect(operation('get', path).security).toEqual([{}]);
    expect(Object.keys(operation('get', path).responses)).not.toContain('401');
  }
});

it('refers to nothing that is not there, and holds valid JSON Schema', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
  for (const name of new Set(references)) expect(Object.keys(document.components.schemas)).toContain(name);
  expect(text).not.toContain('$defs');
  expect(text).not.toContain('"nullable"');
});

it('describes what the server really sends', async () => {
  await completeRun(api.services, aNewRun(1));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...document });
  for (const [name, path] of [
    ['BacktestRun', `/v1/backtests/${runId(1)}`], ['BacktestRunPage', '/v1/backtests'], ['BacktestSummary', `/v1/backtests/${runId(1)}/summary`],
    ['SeriesPoints', `/v1/backtests/${runId(1)}/equity`], ['WeightsPoints', `/v1/backtests/${runId(1)}/weights`], ['BacktestTradePage', `/v1/backtests/${runId(1)}/trades`],
    ['EvaluationCounts', `/v1/backtests/${runId(1)}/evaluations`], ['Problem', `/v1/backtests/${runId(2)}`], ['Readiness', '/readyz'], ['ExchangeStatus', '/v1/exchange'], ['CandleBackfills', '/v1/candle-backfills'],
    ['PortfolioPage', '/v1/portfolios'], ['Accounts', '/v1/accounts'], ['KillSwitches', '/v1/kill-switch'],
  ] as const) {
    const isValid = ajv.validate({ $ref: `api#/components/schemas/${name}` }, (await api.get(path)).body);
    expect([name, ajv.errors ?? [], isValid]).toEqual([name, [], true]);
  }
  expect(ajv.validate({ $ref: 'api#/components/schemas/BacktestRun' }, { id: 'x' })).toBe(false);
});

it('comes with a page that loads from this host alone', async () => {
  const page = await api.anonymous().get('/docs');
  expect(page.text).toContain('Rebalancer API');
  const sources = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1] ?? '').filter((source) => !source.startsWith('#'));
  expect(sources.length).toBeGreaterThan(3);
  for (const source of sources) {
    expect(source).not.toMatch(/^(?:https?:)?\/\//);
    const url = new URL(source, `${api.base}/docs`);
    expect([source, (await api.anonymous().get(url.pathname)).status]).toEqual([source, 200]);
  }
  const policy = page.headers['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(page.text).not.toMatch(/<script>(?!\s*<\/script>)/);
});
