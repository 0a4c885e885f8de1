/** A test that injects the row: its file, from the repository on, and words of it that say which, as they stand there. */
export interface CoveringTest {
  readonly file: string;
  readonly words: string;
}

export type Verdict =
  | { readonly by: readonly CoveringTest[] }
  | { readonly notInjectable: string }
  | { readonly notBuilt: string };

/** One fault that the product must survive: number and title. */
export interface MatrixRow {
  readonly number: number;
  readonly title: string;
  readonly verdict: Verdict;
}

const at = (file: string, ...words: readonly string[]): readonly CoveringTest[] => words.map((each) => ({ file, words: each }));
const by = (...tests: readonly (readonly CoveringTest[])[]): Verdict => ({ by: tests.flat() });

const CASES = 'test/e2e/faults/failpoint-cases.ts';
const failpoint = (...names: readonly string[]): Verdict => by(at(CASES, ...names.map((name) => `'${name}'`)));
const here = (spec: string, ...rows: readonly string[]): readonly CoveringTest[] => at(`test/e2e/faults/${spec}.spec.ts`, ...rows);
const API = 'test/e2e/api';

const PROCESSES: readonly (readonly [number, string, Verdict])[] = [
  [1, 'an executor killed before its claim', failpoint('exec.after_job_start')],
  [2, 'killed after the claim', failpoint('exec.after_claim')],
  [3, 'killed after the attempt was saved, before it was sent', failpoint('exec.after_attempt_commit', 'exec.before_socket_write')],
  [4, 'killed while the request is under way', failpoint('exec.after_request_written')],
  [5, 'killed after the answer, before it was saved', failpoint('exec.after_response_before_commit')],
  [6, 'killed around the booking of fills', failpoint('exec.after_trades_fetch', 'exec.after_fill_commit')],
  [7, 'killed between legs, and before the end of a plan', failpoint('plan.before_next_leg', 'plan.before_done')],
  [8, 'an evaluator killed around its plan', failpoint('eval.after_snapshot', 'eval.after_plan_commit')],
  [9, 'an ingestor killed around what it stores', failpoint('ingest.after_fetch', 'ingest.after_upsert')],
  [10, 'the dispatcher killed between queue and mark', failpoint('outbox.after_claim', 'outbox.after_add_before_mark')],
  [11, 'an executor that stands still before it sends, beyond its lease', failpoint('exec.before_socket_write')],
  [12, 'an executor that stands still after it sent, beyond its lease', failpoint('exec.after_request_written')],
  [13, 'an event loop that is blocked', by(here('processes', 'row 13:'))],
  [14, 'memory runs out', { notInjectable: 'nothing in the product leaks when it is told to; the kernel ends such a process as kill -9 does, which rows 1 to 12 inject, and its restart is tested by test/e2e/start' }],
  [15, 'a process whose settings are wrong', by(at('test/e2e/executor/executor.spec.ts', 'refuses to start with %j'), at('test/e2e/evaluator/evaluator.spec.ts', 'says what is wrong with its settings and does not start'))],
  [16, 'SIGTERM while an order is under way', by(here('processes', 'row 16:'))],
  [17, 'two executors race for one order', by(here('processes', 'row 17:'), at('test/integration/execution/order-races.spec.ts', 'send one order between them'))],
  [18, 'several evaluators look at once', by(here('processes', 'row 18:'), at('libs/testing/src/evaluation-looks-conformance.ts', 'is made by one of two evaluators that see the same tick'))],
  [19, 'an old and a new build at once', { notBuilt: 'no set of approved builds: a claim asks for no build id' }],
  [20, 'jobs that carry nonsense', by(here('processes', 'row 20:'))],
  [21, 'a thousand jobs for the same', by(here('processes', 'row 21:'))],
  [22, 'a job among the failed while money is open', by(here('processes', 'row 22:'))],
  [23, 'an id of a job that stays taken', by(here('processes', 'row 23:'))],
];

const REDIS: readonly (readonly [number, string, Verdict])[] = [
  [24, 'Redis is restarted', by(here('redis', 'row 24:'))],
  [25, 'Redis hangs', by(here('redis', 'row 25:'))],
  [26, 'Redis is emptied', by(here('quick-rows', 'row 26:'))],
  [27, 'Redis falls back to an older copy', by(here('redis', 'row 27:'))],
  [28, 'Redis has no memory left', by(here('redis', 'row 28:'))],
  [29, 'Redis would evict', by(here('redis', 'row 29:'))],
  [30, 'Redis is slow', by(here('redis', 'row 30:'))],
  [31, 'the link to Redis is cut', by(here('redis', 'row 31:'))],
];

const POSTGRES: readonly (readonly [number, string, Verdict])[] = [
  [32, 'Postgres crashes', by(here('quick-rows', 'row 32:'))],
  [33, 'a connection cut during COMMIT', by(here('quick-rows', 'row 33:'))],
  [34, 'a deadlock', by(here('postgres', 'row 34:'))],
  [35, 'the disk is full', by(here('postgres', 'row 35:'))],
  [36, 'no session is left', by(here('postgres', 'row 36:'))],
  [37, 'locks that are held and forgotten', by(here('postgres', 'row 37:'))],
  [38, 'Postgres is slow', by(here('postgres', 'row 38:'))],
  [39, 'a migration while trading', { notBuilt: 'all migrations so far make new tables; one that changes tables under a running product is yet to be written' }],
  [40, 'a backup is restored', by(here('postgres', 'row 40:'))],
];

const TRANSPORT: readonly (readonly [number, string, Verdict])[] = [
  [41, 'an order that never arrives', by(here('exchange-transport', 'row 41:'))],
  [42, 'an order whose answer is lost', by(here('quick-rows', 'row 42:'))],
  [43, 'an order that arrives late', by(here('exchange-transport', 'row 43:'))],
  [44, 'connections reset and cut', by(here('exchange-transport', 'row 44:'))],
  [45, 'HTTP 5xx', by(here('exchange-transport', 'row 45:'))],
  [46, '200 that says nothing', by(here('exchange-transport', 'row 46: 200 with a body that is cut short', 'row 46: 200 with an empty object'))],
  [47, '429, 418, Retry-After', by(here('exchange-transport', 'row 47: a 429', 'row 47: a ban'))],
  [48, '403: a firewall, a refused key', by(here('exchange-transport', 'row 48: the page of a firewall', 'row 48: a key that is refused'))],
  [49, 'maintenance', by(here('exchange-transport', 'row 49: maintenance, as JSON', 'row 49: a page that says maintenance'))],
  [50, 'clocks that differ and jump', by(here('exchange-transport', 'row 50:'))],
  [51, 'connections refused', by(here('exchange-transport', 'row 51:'), at('libs/exchange/src/mexc/http-send.spec.ts', 'is proven not sent where the name is none', 'is proven not sent where TLS is not spoken'))],
  [52, 'another host in the place of the exchange', by(at('test/integration/exchange/self-signed.spec.ts', 'no order goes to a server that nobody vouches for'), at('libs/exchange/src/mexc/venue-origin.spec.ts', 'assertOrigin'))],
  [53, 'a request that is replayed on its way', by(here('exchange-transport', 'row 53:'))],
  [54, 'look-ups that lag', by(here('exchange-transport', 'row 54:'), at('test/integration/reconciliation/reconcile-account.spec.ts', 'and counted as %s is found by its fills'))],
  [55, 'pages of trades, missing ids, a month away', by(here('exchange-transport', 'row 55:'), at('test/integration/reconciliation/reconcile-account.spec.ts', 'asks for what can still be asked for after a month away'))],
];

const BUSINESS: readonly (readonly [number, string, Verdict])[] = [
  [56, 'filled in part', by(at('test/integration/execution/advance-plan.spec.ts', 'is an abort where an order was filled in part'))],
  [57, 'an order that breaks a rule', by(here('exchange-business', 'row 57:'))],
  [58, 'not enough to pay with', by(here('exchange-business', 'row 58:'))],
  [59, 'a market that is closed', by(here('exchange-business', 'row 59: an order for a market', 'row 59: a market that the exchange pauses'))],
  [60, 'rules that change between plan and order', by(here('exchange-business', 'row 60:'))],
  [61, 'fees in another asset, of nothing, changed', by(here('exchange-business', 'row 61:'), at('test/integration/reconciliation/reconcile-account.spec.ts', 'pays its fee in whatever the venue took it'))],
  [62, 'a type of order that is switched off', by(here('exchange-business', 'row 62:'))],
  [63, 'too many orders', by(here('exchange-business', 'row 63:'))],
];

const MARKET_DATA: readonly (readonly [number, string, Verdict])[] = [
  [64, 'prices stop', by(here('market-data', 'row 64:'), at('test/integration/simulator/data-faults.spec.ts', 'row 64, stale-feed'))],
  [65, 'prices that never change', by(at('test/e2e/ingestor/ingestor.spec.ts', 'is flagged as frozen where it does not change'), at('libs/domain/src/market/price-quality.spec.ts', 'is frozen after more than 15 minutes'))],
  [66, 'a spike of one tick', by(here('market-data', 'row 66:'))],
  [67, 'prices that are none', by(here('market-data', 'row 67: a price of zero', 'row 67: a price that is no number'), at('test/integration/trading/database-rules.spec.ts', 'a quantity of %s is refused'))],
  [68, 'candles twice, or corrected', by(at('test/integration/backfills/backfill-candles.spec.ts', 'keeps what is stored, records what differs, and counts both'))],
  [69, 'candles out of order', by(at('libs/exchange/src/mexc/candle-history.spec.ts', 'are ordered and each there once, however they come'))],
  [70, 'candles missing', by(at('test/integration/backfills/retry-gaps.spec.ts', 'asks five times for what does not come'), at('test/integration/exchange/faults.spec.ts', 'row 70: candles that are not there'))],
  [71, 'a websocket that drops', { notBuilt: 'prices are asked for over HTTP once a second; there is no websocket' }],
  [72, 'candles from the future, or not closed', by(at('libs/exchange/src/mexc/candle-history.spec.ts', 'leave out the one that is still open', 'count as closed two seconds after their end'))],
];

const OPERATOR: readonly (readonly [number, string, Verdict])[] = [
  [73, 'the configuration changes in the middle of a plan', by(here('operator', 'row 73:'))],
  [74, 'a deposit in the middle of a plan', by(here('operator', 'row 74:'), at('test/integration/reconciliation/reconcile-account.spec.ts', 'of more than that is borne by the portfolios in proportion'))],
  [75, 'a trade by hand', by(here('operator', 'row 75:'))],
  [76, 'the kill switch in the middle of a plan', by(here('quick-rows', 'row 76:'))],
  [77, 'the kill switch while Redis or Postgres is away', by(here('operator', 'row 77: the halt file', 'row 77: the kill switch cannot be engaged'))],
  [78, 'prices about a threshold', by(here('operator', 'row 78:'))],
  [79, 'more orders than allowed', by(here('operator', 'row 79:'))],
  [80, 'losses beyond a limit', by(here('operator', 'row 80:'))],
];

const ABUSE: readonly (readonly [number, string, Verdict])[] = [
  [81, 'tokens missing, forged, unsigned', by(at(`${API}/access.spec.ts`, 'a forged token', 'an unsigned JWT', 'needs the token'))],
  [82, 'what belongs to another user', { notBuilt: 'there is one operator and no users' }],
  [83, 'changes from another site', by(at(`${API}/access.spec.ts`, 'a change with %j is answered by %i'))],
  [84, 'bodies too large, too deep, too slow', by(at(`${API}/submit.spec.ts`, 'beyond a megabyte is 413, at once', '100,000 levels'), at(`${API}/faults.spec.ts`, 'lets a client go that never ends its headers', 'refuses headers that are too large'))],
  [85, 'SQL in filters and ids', by(at(`${API}/backtests.spec.ts`, 'takes SQL in a filter for what it is'))],
  [86, 'prototypes in bodies', by(at(`${API}/submit.spec.ts`, '{"__proto__": {"isAdmin": true}'), at(`${API}/backtests.spec.ts`, '?__proto__=1'))],
  [87, 'fields that nobody may set', by(at(`${API}/submit.spec.ts`, "['an unknown field', { ...SPEC, mode: 'live' }", 'an id of its own'), at(`${API}/live-portfolios.spec.ts`, 'extra: 1'))],
  [88, 'webhooks to addresses inside', { notBuilt: 'there are no webhooks yet' }],
  [89, 'markup in names, formulas in CSV', by(at(`${API}/result-page.spec.ts`, 'shows names that are markup as the text they are'))],
  [90, 'paths out of the folder of reports', by(at(`${API}/backtests.spec.ts`, '..%2f..%2fetc%2fpasswd'))],
  [91, 'the same request again', by(at(`${API}/portfolios.spec.ts`, 'makes one of a request that is sent again, and of ten at once'), at(`${API}/submit.spec.ts`, 'with a key that came with another body is refused'))],
  [92, 'passwords tried one after the other', { notBuilt: 'there is no login; a token is 256 bits of chance, and refusals are not limited in number' }],
  [93, 'the queue board without a token, or over money', by(at(`${API}/access.spec.ts`, 'shows nothing without the token', 'lets nobody change what decides over money'))],
  [94, 'clients without an end', by(at(`${API}/faults.spec.ts`, 'lets a client go that never ends its headers'), at(`${API}/events.spec.ts`, 'keeps to its number of streams'))],
  [95, 'secrets in errors', by(at('libs/exchange/src/mexc/secrets.spec.ts', 'no key, secret, signature or signed address'), at('test/e2e/executor/executor.spec.ts', 'shows its key to nobody'))],
];

/** Every fault that the product is designed for, and which test injects it, or why none does. */
export const MATRIX: readonly MatrixRow[] = [PROCESSES, REDIS, POSTGRES, TRANSPORT, BUSINESS, MARKET_DATA, OPERATOR, ABUSE].flat().map(([number, title, verdict]) => ({ number, title, verdict }));
