/**
 * The import rule (docs/architecture.md): domain <- backtest <- application <- { exchange, persistence, messaging,
 * candle-files } <- apps; domain <- contracts <- messaging, apps; platform <- apps; testing <- specs, test/ and bench/.
 * test/layers plants a violation of each rule and sees it refused. What no import shows (async, the clock, decorators) is
 * checked by test/layers/check-sources.ts.
 */

const SPEC = '\\.spec\\.ts$';
const PRODUCT = '^(apps|libs|examples)/';
/** What is arithmetic alone; test/layers/source-rules.ts knows the same folders. */
const PURE = '^libs/((domain|backtest)/|exchange/src/(simulated|dialect)/)';

/** Packages that stand for one concern, and the only folders that may know them; test/ and bench/ may compare with them. */
const OWNED_PACKAGES = [
  { name: 'postgres', packages: 'typeorm|pg|pg-copy-streams|pg-cursor|pg-query-stream', owners: '^libs/(persistence|testing)/' },
  { name: 'queues', packages: 'bullmq|ioredis|rate-limiter-flexible', owners: '^libs/(messaging|testing)/' }, // @nestjs/bullmq is Nest's.
  { name: 'csv', packages: 'csv-parse', owners: '^libs/candle-files/' },
  { name: 'ccxt', packages: 'ccxt', owners: '^libs/exchange/src/mexc/' },
  { name: 'nest', packages: '@nestjs/[^/]+|@bull-board/[^/]+|express|helmet', owners: '^(apps/[^/]+|libs/(platform|testing))/' },
];

/** Which libs each lib may import; its own files and, for specs, testing are always allowed. */
const ALLOWED_LIBS = {
  domain: [],
  backtest: ['domain'],
  application: ['domain', 'backtest'],
  contracts: ['domain'],
  'candle-files': ['domain', 'backtest', 'application'],
  persistence: ['domain', 'backtest', 'application'],
  exchange: ['domain', 'backtest', 'application'],
  messaging: ['domain', 'backtest', 'application', 'contracts'],
  platform: [],
};

function error(name, comment, from, to) {
  return { name, severity: 'error', comment, from, to };
}

function packagesPath(packages) {
  // The bare name is what is left of a package that is not installed.
  return `(^|/)node_modules/(@types/)?(${packages})/|^(${packages})$`;
}

function libMayImport([lib, allowed]) {
  const open = [lib, 'testing', ...allowed].join('|'); // Who may import testing is a rule of its own.
  return error(
    `${lib}-imports-only-its-inner-layers`,
    `libs/${lib} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other lib'}`,
    { path: `^libs/${lib}/` },
    { path: '^libs/', pathNot: `^libs/(${open})/` },
  );
}

function ownedPackage({ name, packages, owners }) {
  return error(
    `${name}-packages-stay-with-their-owner`,
    `only ${owners} may import ${packages}`,
    { path: PRODUCT, pathNot: owners },
    { path: packagesPath(packages) },
  );
}

module.exports = {
  forbidden: [
    error('no-cycles', 'modules that import each other cannot be read or tested apart', {}, { circular: true }),
    error('no-unresolvable', 'the import leads nowhere', {}, { couldNotResolve: true }),
    error(
      'no-deep-import-from-a-lib',
      'import another lib by its name (#domain), never a file inside it',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    ),
    error(
      'no-deep-import-from-outside',
      'import a lib by its name (#domain), never a file inside it',
      { path: '^(apps|examples|bench|test)/' },
      { path: '^libs/[^/]+/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    ),
    ...Object.entries(ALLOWED_LIBS).map(libMayImport),
    error('libs-never-import-outward', 'libs stand below apps, tests, benchmarks and examples', { path: '^libs/' }, { path: '^(apps|test|bench|examples|scripts)/' }),
    error('apps-never-import-apps', 'apps meet through queues, tables and HTTP', { path: '^apps/([^/]+)/' }, { path: '^apps/', pathNot: '^apps/$1/' }),
    error('apps-never-import-outward', 'apps know libs only', { path: '^apps/' }, { path: '^(test|bench|examples|scripts)/' }),
    error('examples-import-libs-only', 'an example shows the public entries', { path: '^examples/' }, { path: '^(apps|test|bench|scripts)/' }),
    error(
      'dashboard-knows-contracts-only',
      'the pages see what crosses the wire',
      { path: '^apps/dashboard/' },
      { path: '^libs/', pathNot: '^libs/contracts/' },
    ),
    error(
      'testing-only-from-tests',
      'builders and provisioning are for specs, test/ and bench/',
      { path: PRODUCT, pathNot: [SPEC, '^libs/testing/'] },
      { path: '^libs/testing/' },
    ),
    error(
      'pure-libs-know-no-package',
      'domain, backtest, the simulated venue and its dialect are arithmetic: no vendor but a decimal library',
      { path: PURE, pathNot: SPEC },
      { path: '(^|/)node_modules/', pathNot: packagesPath('decimal\\.js') },
    ),
    error(
      'pure-libs-know-no-runtime',
      'domain, backtest, the simulated venue and its dialect get time, chance, ids and data as arguments',
      { path: PURE, pathNot: SPEC },
      { dependencyTypes: ['core'] },
    ),
    error(
      'application-knows-no-package',
      'use cases speak to the world through ports',
      { path: '^libs/application/', pathNot: SPEC },
      { path: '(^|/)node_modules/' },
    ),
    error(
      'application-knows-no-runtime',
      'use cases speak to the world through ports; hashing is arithmetic',
      { path: '^libs/application/', pathNot: SPEC },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    error(
      'contracts-know-zod-only',
      'what crosses a process border is schemas',
      { path: '^libs/contracts/', pathNot: SPEC },
      { path: '(^|/)node_modules/', pathNot: packagesPath('zod') },
    ),
    ...OWNED_PACKAGES.map(ownedPackage),
    error(
      'no-development-package-in-the-product',
      'it is absent where only production dependencies are installed',
      { path: PRODUCT, pathNot: [SPEC, '^libs/testing/'] },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // A type is a dependency too.
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
