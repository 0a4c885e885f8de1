// jest cannot require() an ES module on Node 20, and NestJS 12 ships nothing else.
// This compiles ESM-only dependencies to CommonJS for jest and leaves all others alone, so no list of packages is kept.
const { createTransformer } = require('@swc/jest').default ?? require('@swc/jest');

const inner = createTransformer({
  jsc: { target: 'es2023', parser: { syntax: 'ecmascript', dynamicImport: true } },
  module: { type: 'commonjs' },
  sourceMaps: false,
  swcrc: false,
});
const isEsm = (source) => /^\s*(?:import[\s{*'"]|export[\s{*])/m.test(source);

module.exports = {
  getCacheKey: (...args) => inner.getCacheKey(...args),
  process: (source, file, options) => (isEsm(source) ? inner.process(source, file, options) : { code: source }),
};
