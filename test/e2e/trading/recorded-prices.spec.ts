import { temporaryFolder } from '#testing';
import { startSimulatorProcess } from '../simulator/simulator-process.js';
import { recordPrices, STEP_MS } from './recorded-prices.js';

it('shows one step of the record after the other, each for as long as it is wanted', async () => {
  const folder = await temporaryFolder();
  const args = await recordPrices(folder.path, [{ HANA: 1, AIA: 2 }, { HANA: 1.5, AIA: 2 }, { HANA: 1.5, AIA: 0.5 }]);
  const simulator = await startSimulatorProcess(args);
  try {
    const shown = async (change: object): Promise<readonly number[]> => {
      const { quotes } = (await simulator.control('PUT', '/course', change)) as { quotes: Record<string, { bidPrice: string; askPrice: string }> };
      const { HANAUSDT, AIAUSDT } = quotes;
      return [HANAUSDT!.bidPrice, HANAUSDT!.askPrice, AIAUSDT!.bidPrice, AIAUSDT!.askPrice].map(Number);
    };
    expect(await shown({ speed: 0 })).toEqual([1, 1, 2, 2]);
    expect(await shown({ skipMs: STEP_MS })).toEqual([1.5, 1.5, 2, 2]);
    expect(await shown({ skipMs: STEP_MS })).toEqual([1.5, 1.5, 0.5, 0.5]);
  } finally {
    await simulator.app.stop();
    await folder.remove();
  }
});
