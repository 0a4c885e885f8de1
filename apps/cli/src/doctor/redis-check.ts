import type { Settings } from '../settings/settings.js';
import { skipped, type CheckResult } from './check.js';
export async function checkRedis(_settings: Settings): Promise<readonly CheckResult[]> {
  return [skipped('redis', 'pending')];
}
