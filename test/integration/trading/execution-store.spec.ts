import { executionStoreConformance } from '#testing';
import { openPostgresScene } from './postgres-scene.js';

executionStoreConformance('Postgres', openPostgresScene);
