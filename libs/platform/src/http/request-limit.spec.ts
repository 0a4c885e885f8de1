import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { HttpProblem } from './http-problem.js';
import { limitConcurrency } from './request-limit.js';

it('lets so many requests in at once, probes always, and the next when one is over', () => {
  const limit = limitConcurrency(2, (path) => path === '/livez');
  const enter = (path: string) => {
    const response = new EventEmitter();
    let outcome: unknown = 'waiting';
    limit({ path } as Request, response as unknown as Response, (error?: unknown) => (outcome = error ?? 'in'));
    return { outcome, leave: () => response.emit('close') };
  };
  const [first, second, third] = [enter('/a'), enter('/b'), enter('/c')];
  expect([first.outcome, second.outcome, enter('/livez').outcome]).toEqual(['in', 'in', 'in']);
  expect(third.outcome).toBeInstanceOf(HttpProblem);
  expect(third.outcome).toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '1' } });
  first.leave();
  expect(enter('/d').outcome).toBe('in');
  expect(enter('/e').outcome).toMatchObject({ code: 'overloaded' });
});
