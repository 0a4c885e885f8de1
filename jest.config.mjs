const swc = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
  swcrc: false,
};

export default {
  testEnvironment: 'node',
  // Never 'import' among the conditions: supertest's dependencies break under it.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  // All faults take a quarter of an hour: `npm run test:faults`. Every run of the tests has the quick ones, and looks that none is missing.
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.FAULTS === 'all' ? [] : ['/test/e2e/faults/(?!quick|failpoint-registry|matrix)[^/]+\\.spec\\.ts$'])],
  testSequencer: '<rootDir>/scripts/longest-first-sequencer.cjs',
  transform: { '\\.ts$': ['@swc/jest', swc], '\\.m?js$': '<rootDir>/scripts/esm-deps-transformer.cjs' },
  transformIgnorePatterns: [],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Specs that start servers and processes share two cores; a tight limit would only make them flaky.
  testTimeout: 60_000,
};
