/** SHA-256, as 64 hex digits, of a value's canonical JSON (RFC 8785): equal values have equal digests, whatever their key order. */
export type Digest = (value: unknown) => string;
