const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const INTERRUPTED_CODE = 130;

/** A signal ends this process, until `act` says what it does instead: whoever holds another process stops that first. */
export function followSignals() {
  const interruption = { act: () => process.exit(INTERRUPTED_CODE) };
  for (const signal of SIGNALS) process.on(signal, () => interruption.act());
  return interruption;
}
