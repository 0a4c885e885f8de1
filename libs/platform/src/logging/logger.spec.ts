import { createLogger, redactText } from './logger.js';
import { NestLogger } from './nest-logger.js';

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'probe', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('the log', () => {
  it('is one JSON object a line, with the level in words and an ISO time', () => {
    const { logger, lines, last } = capture();
    logger.info({ event: 'run-claimed', runId: 'bt_1' }, 'Claimed a run');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'info', name: 'probe', event: 'run-claimed', runId: 'bt_1', message: 'Claimed a run' });
    expect(new Date(String(last().time)).toISOString()).toBe(last().time);
  });

  it.each([
    { name: 'a field named as a secret', fields: { token: 'hunter2' } },
    { name: 'a nested one', fields: { request: { authorization: 'Bearer hunter2' } } },
    { name: 'one three deep', fields: { request: { headers: { cookie: 'sid=hunter2' } } } },
    { name: 'an address in an error', fields: { error: new Error('cannot reach postgres://admin:hunter2@db:5432/x') } },
    { name: 'an address in a cause', fields: { error: new Error('down', { cause: new Error('redis://:hunter2@cache:6379') }) } },
  ])('keeps the secret out of $name', ({ fields }) => {
    const { logger, lines } = capture();
    logger.error(fields, 'it failed');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('[redacted]');
  });

  it('keeps the secret out of the message', () => {
    const { logger, lines } = capture();
    logger.warn('cannot reach redis://default:hunter2@cache:6379');
    expect(lines[0]).not.toContain('hunter2');
  });

  it('tells the kind, the code and the cause of an error', () => {
    const { logger, last } = capture();
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    logger.error({ error: Object.assign(new Error('no store', { cause }), { kind: 'unavailable' }) }, 'it failed');
    expect(last().error).toMatchObject({ kind: 'unavailable', cause: { code: 'ECONNREFUSED', message: 'connect refused' } });
  });

  it("carries Nest's lines, with their context, below information", () => {
    const { logger, last } = capture();
    new NestLogger(logger).log('Mapped a route', 'RouterExplorer');
    expect(last()).toMatchObject({ level: 'debug', context: 'RouterExplorer', message: 'Mapped a route' });
    new NestLogger(logger).error('it broke', 'Error: at x', 'Injector');
    expect(last()).toMatchObject({ level: 'error', context: 'Injector', stack: 'Error: at x' });
  });
});

describe('redactText', () => {
  it('leaves an address without credentials alone', () => {
    expect(redactText('http://127.0.0.1:3000/v1')).toBe('http://127.0.0.1:3000/v1');
  });
});
