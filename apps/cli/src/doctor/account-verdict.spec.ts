import { VenueFailure, type VenueFailureKind } from '#application';
import { accountVerdict } from './account-verdict.js';

const SECRETS = ['mx0vglKEY', 'deadbeefSECRET'];
const failureOf = (kind: VenueFailureKind, code?: string): VenueFailure =>
  new VenueFailure(kind, `the balances: HTTP 400, ${SECRETS.join(' ')}`, { cause: null, ...(code !== undefined && { code }) });

it.each([
  ['auth', '10072', /does not know this key/, /make a new key/],
  ['auth', '700002', /signature is wrong/, /EXCHANGE_API_SECRET/],
  ['permission', '700006', /IP address is not on the key's list/, /public address/],
  ['permission', '700007', /lacks a permission/, /spot trade/],
  ['clock-skew', '700003', /clock is off/, /set-ntp/],
  ['auth', undefined, /not accepted \(auth\)/, /make a new key/],
  ['permission', '70011', /not allowed to do this \(code 70011\)/, /permissions/],
  ['transient', undefined, /the account could not be read: the balances: HTTP 400, \*\*\* \*\*\*/, /rebalancer exchange/],
] as const)('%s with code %s', (kind, code, words, fix) => {
  const verdict = accountVerdict('MEXC', failureOf(kind, code), SECRETS);
  expect(verdict).toMatchObject({ name: 'account', status: 'failed', detail: expect.stringMatching(words), fix: expect.stringMatching(fix) });
  for (const secret of SECRETS) expect(JSON.stringify(verdict)).not.toContain(secret);
});

it('never tells that a key of MEXC is wrong where only the simulator was asked', () => {
  expect(accountVerdict('SIMULATOR', failureOf('auth', '10072'), SECRETS)).toMatchObject({
    status: 'failed', detail: expect.stringMatching(/^the simulator, not MEXC, says: .*does not know this key/), fix: expect.stringMatching(/^EXCHANGE=mexc rebalancer doctor/),
  });
});
