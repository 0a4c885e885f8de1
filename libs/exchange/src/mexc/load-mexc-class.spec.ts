import { loadMexcClass } from './load-mexc-class.js';

describe('loadMexcClass', () => {
  it('finds the class in the file that the package does not export, once', async () => {
    const Mexc = await loadMexcClass();
    const exchange = new Mexc({});
    expect(exchange.id).toBe('mexc');
    expect(typeof exchange.spotPrivatePostOrder).toBe('function');
    expect(await loadMexcClass()).toBe(Mexc);
  });
});
