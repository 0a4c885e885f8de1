import { VenueFailure, type VenueName } from '#application';

export const MEXC_ORIGIN = 'https://api.mexc.com';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The origin (scheme, host and port) that requests may go to, and no other. MEXC has one; a simulator is reached on
 * loopback, or by a host name that the configuration trusts, as between containers.
 * @throws VenueFailure `wrong-host`
 */
export function checkOrigin(venue: VenueName, origin: string, trustedHosts: readonly string[] = []): string {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (url === null || !isBareOrigin(url)) throw wrongHost(`'${hidden(origin)}' is no origin such as ${MEXC_ORIGIN}`);
  if (venue === 'MEXC') {
    if (url.origin !== MEXC_ORIGIN) throw wrongHost(`MEXC is reached at ${MEXC_ORIGIN} only, not at ${url.origin}`);
    return url.origin;
  }
  if (!LOOPBACK.has(url.hostname) && !trustedHosts.includes(url.hostname)) {
    throw wrongHost(`a simulator is reached on loopback or at a host that is configured as trusted, not at ${url.origin}`);
  }
  return url.origin;
}

/** @throws VenueFailure `wrong-host`, before anything is sent */
export function assertOrigin(url: string, origin: string): void {
  // Where an address goes is settled before its first slash.
  if (url.startsWith(`${origin}/`)) return;
  const found = URL.canParse(url) ? new URL(url).origin : 'no address';
  if (found !== origin) throw wrongHost(`a request was about to go to ${found} instead of ${origin}: nothing was sent`);
}

function isBareOrigin(url: URL): boolean {
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
}

function wrongHost(message: string): VenueFailure {
  return new VenueFailure('wrong-host', message, { cause: null });
}

/** An address may carry a password. */
function hidden(origin: string): string {
  return origin.replace(/\/\/[^@/]*@/, '//***@').slice(0, 100);
}
