export { readBuildInfo, type BuildInfo } from './config/build-info.js';
export { databaseUrl, logLevel, port, redisUrl, wholeNumber } from './config/fields.js';
export { ConfigurationError, readConfig, type Environment } from './config/read-config.js';
export { startHealthServer, type HealthServer, type ReadinessCheck } from './lifecycle/health-server.js';
export { stopOnSignal, type StopOptions } from './lifecycle/stop-on-signal.js';
export { createLogger, LOG_LEVELS, redactText, type Logger, type LoggerOptions, type LogLevel } from './logging/logger.js';
export { NestLogger } from './logging/nest-logger.js';
