import { executionStoreConformance } from '#testing';
import { openMemoryScene } from './memory-scene.js';

executionStoreConformance('MemoryExecutionStore and MemoryLedgerStore', async () => openMemoryScene());
