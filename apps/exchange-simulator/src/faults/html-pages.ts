import { htmlAnswer, type Answer } from '../rest/answer.js';

const TITLES: Readonly<Record<number, string>> = {
  500: '500 Internal Server Error', 502: '502 Bad Gateway', 503: '503 Service Temporarily Unavailable', 504: '504 Gateway Time-out',
};

export const gatewayPage = (status: number): Answer => htmlAnswer(TITLES[status] ?? `${status} Error`, status);
export const firewallPage = (): Answer => htmlAnswer('403 Forbidden: Access Denied', 403);
export const maintenancePage = (): Answer => htmlAnswer('System maintenance', 503);
/** Some edges say so under a status that claims success. */
export const pageInsteadOfJson = (): Answer => htmlAnswer('System upgrading', 200);
