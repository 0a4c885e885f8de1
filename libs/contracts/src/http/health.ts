import { z } from 'zod';

/** `/livez`: the process answers. It says nothing about what the process needs. */
export const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

/** `/readyz`: degraded still serves. Without Redis a submission is accepted, and runs once Redis is back. */
export const Readiness = z
  .object({
    status: z.enum(['ok', 'degraded', 'unready']),
    checks: z.record(z.string(), z.object({ status: z.enum(['ok', 'degraded', 'unready']), detail: z.string().optional() })),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;
