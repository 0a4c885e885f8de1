export { aPanel, type PanelShape } from './a-panel.js';
export { startFaultProxy, type FaultProxy, type ProxyMode } from './fault-proxy.js';
export { freePort } from './free-port.js';
export { startHeldProcess, type HeldCommand, type HeldProcess, type ProcessEnd } from './held-process.js';
export { repositoryFolder } from './repository.js';
export { spawnApp, type SpawnAppOptions, type SpawnedApp } from './spawn-app.js';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';
export { createTestDatabase, type TestDatabase } from './test-database.js';
export { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.js';
