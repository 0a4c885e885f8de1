import type { MemoryDatabase } from '../store/memory-database.js';
import { CANARY } from '../world/judge-failures.js';
import type { Violations } from './violations.js';

/** I15: nothing that is kept has a secret in it. Logs are listened to as they are written. */
export function checkSecrets({ attempts, reconciliations, outbox, stateEvents }: MemoryDatabase, violations: Violations): void {
  for (const { name, all } of [attempts, reconciliations, outbox, stateEvents].map((table) => ({ name: table.name, all: [...table.all()] }))) {
    if (JSON.stringify(all).includes(CANARY)) violations.report('I15', `a row of ${name} has a secret in it`);
  }
}
