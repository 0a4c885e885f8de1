export { CsvCandleFile, type ReadOptions } from './csv-candle-file.js';
export { refuseForeignFormat } from './foreign-formats.js';
export { CANDLE_FILE_LIMITS } from './limits.js';
export { listCandleFiles } from './list-candle-files.js';
export { findSeriesFile, readCandleColumns, type ReadColumns, type ReadColumnsOptions } from './read-candle-columns.js';
export { fileNameOf, identifyFile, identityFromFileName, type IdentifiedFile, type IdentityFlags } from './series-file-name.js';
