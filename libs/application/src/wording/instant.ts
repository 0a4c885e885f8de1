/** For people: ISO 8601 to the minute. */
export const instant = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 16)}Z`;
